import { Counter } from './counter.ts';
import type { CounterSeries } from './counter.ts';
import { Histogram } from './histogram.ts';
import type { HistogramSeries } from './histogram.ts';
import type { Family, Source } from './text-format.ts';

/** In seconds: a GET takes 20 µs, a sign-in 0.2 s, and one that waits for its turn up to 15 s. */
const DURATION_BOUNDS = [
  ...[0.00001, 0.00002, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005],
  ...[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

/** A method is whatever a client sends: these have a label of their own. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';

/** For every path that no route has. */
const UNKNOWN_ROUTE = 'unknown';

/** What is counted of one route and method. */
interface Answers {
  readonly duration: HistogramSeries;
  readonly byStatus: Map<number, CounterSeries>;
}

/** The series of one answer. */
interface Counted {
  readonly route: string | null;
  readonly method: string;
  readonly status: number;
  readonly duration: HistogramSeries;
  readonly count: CounterSeries;
}

/** Requests that were answered, and how long that took. Nothing that a client writes becomes a label. */
export class RequestMetrics implements Source {
  readonly #requests = new Counter(
    'session_auth_http_requests_total',
    'Requests answered, by the path of the route, method and status',
    ['route', 'method', 'status'],
  );
  readonly #durations = new Histogram(
    'session_auth_http_request_duration_seconds',
    'Time from a request to its answer, by the path of the route and method',
    DURATION_BOUNDS,
    ['route', 'method'],
  );
  readonly #refused = new Counter(
    'session_auth_http_refused_total',
    'Connections and requests refused before they reached a route, by status',
    ['status'],
  );
  /** By route, then by method: a request makes no text to find its series. */
  readonly #answers = new Map<string, Map<string, Answers>>();
  /** Of the last answer: the next one is mostly of the same route. */
  #last: Counted | null = null;

  /**
   * @param route the path of the route as the table of routes has it; null: no route has the request's path
   * @param seconds from the request to its answer
   */
  answered(route: string | null, method: string, status: number, seconds: number): void {
    let counted = this.#last;
    if (counted === null || counted.route !== route || counted.method !== method || counted.status !== status) {
      counted = this.#countedOf(route, method, status);
      this.#last = counted;
    }
    counted.duration.observe(seconds);
    counted.count.increment();
  }

  #countedOf(route: string | null, method: string, status: number): Counted {
    const routeLabel = route ?? UNKNOWN_ROUTE;
    const methodLabel = METHODS.has(method) ? method : OTHER_METHOD;
    const { duration, byStatus } = this.#answersOf(routeLabel, methodLabel);
    let count = byStatus.get(status);
    if (count === undefined) {
      count = this.#requests.of(routeLabel, methodLabel, String(status));
      byStatus.set(status, count);
    }
    return { route, method, status, duration, count };
  }

  /** A request, or a connection, was refused before there was a request that could be read. */
  refused(status: number): void {
    this.#refused.of(String(status)).increment();
  }

  collect(): readonly Family[] {
    return [...this.#requests.collect(), ...this.#durations.collect(), ...this.#refused.collect()];
  }

  #answersOf(route: string, method: string): Answers {
    let byMethod = this.#answers.get(route);
    if (byMethod === undefined) {
      byMethod = new Map();
      this.#answers.set(route, byMethod);
    }
    let answers = byMethod.get(method);
    if (answers === undefined) {
      answers = { duration: this.#durations.of(route, method), byStatus: new Map() };
      byMethod.set(method, answers);
    }
    return answers;
  }
}
