import type { Awaitable } from '../http/awaitable.ts';
import { found } from '../web/found.ts';
import { NO_HEADERS } from '../http/respond.ts';
import type { Answer, HeaderList } from '../http/respond.ts';
import type { User } from '../models/user.ts';
import { basePathOf } from '../web/redirect-target.ts';
import { refusalOf } from '../web/refusal.ts';
import type { Refusal } from '../web/refusal.ts';
import type { WebRequest } from '../web/request.ts';
import type { Services } from '../web/services.ts';
import { fromNow } from '../web/words.ts';
import { html } from '../http/html.ts';
import type { Html } from '../http/html.ts';

/** Answers one page, or one form. */
export type PageHandler = (view: View) => Awaitable<Answer>;

/** What was typed into a form, by field. */
export type Typed = ReadonlyMap<string, string>;

type Look = 'main' | 'plain' | 'danger';

/** A time that is further away is told as a date. */
const FAR_MS = 30 * 24 * 3_600_000;
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

const NOTHING_TYPED: Typed = new Map();

export interface FieldOptions {
  /** Where nothing was typed yet. */
  readonly value?: string | null;
  readonly hint?: string;
  readonly isEmail?: boolean;
  readonly isReadOnly?: boolean;
  readonly hasFocus?: boolean;
}

/** What a page is made with: the request, what there is to show and to do, and a form that is shown again. */
export class View {
  readonly request: WebRequest;
  readonly services: Services;
  readonly now: number;
  readonly typed: Typed;
  readonly refusal: Refusal | null;
  readonly #base: string;

  constructor(request: WebRequest, services: Services, typed: Typed = NOTHING_TYPED, refusal: Refusal | null = null) {
    this.request = request;
    this.services = services;
    this.now = services.clock();
    this.typed = typed;
    this.refusal = refusal;
    this.#base = basePathOf(services.config.publicUrl);
  }

  /** Whoever asks. @throws {HttpError} 404 where nobody is signed in */
  get user(): User {
    return found(this.request.currentUser);
  }

  /** The id of the user whom the page is about: the one that its path names, or whoever asks. */
  get ownerId(): string {
    return this.request.parameter('id') === '' ? this.user.id : this.request.targetUserId();
  }

  /** The path of the page about that user. */
  get home(): string {
    return this.request.parameter('id') === '' ? '/account' : `/users/${encodeURIComponent(this.ownerId)}`;
  }

  async owner(): Promise<User> {
    return found(await this.services.users.get(this.ownerId));
  }

  /** A path of ours as the browser knows it: where a proxy strips a prefix, with the prefix. */
  path(own: string): string {
    return `${this.#base}${own}`;
  }

  /** To another page by GET, so that to load it again does nothing again. @param own path */
  go(own: string, headers: HeaderList = NO_HEADERS, location = this.path(own)): Answer {
    // The length is said, or node:http sends it chunked.
    return { status: 303, content: null, headers: [['Location', location], ...headers, ['Content-Length', '0']] };
  }

  /** A time as people say it, with the exact one. @param time milliseconds since the epoch */
  when(time: number): Html {
    const exact = new Date(time).toISOString();
    const said = Math.abs(time - this.now) < FAR_MS ? fromNow(time - this.now) : `on ${DATE.format(time)}`;
    return html`<time datetime="${exact}" title="${exact.slice(0, 16).replace('T', ' ')} UTC">${said}</time>`;
  }

  /** A form with its button; without fields, nothing but the button. */
  form(action: string, label: Html | string, look: Look = 'plain', fields: Html | null = null): Html {
    return html`<form method="post" action="${this.path(action)}" novalidate>${fields}<button class="${look}">${label}</button></form>`;
  }

  /** A link that looks like a button. */
  link(own: string, label: string, look: Look = 'plain'): Html {
    return html`<a class="button ${look}" href="${this.path(own)}">${label}</a>`;
  }

  /**
   * A field with its label, its hint and what is wrong with it. What was typed stays in it, but for passwords. An email
   * is plain text to the browser: of `type=email` Chromium sends another domain than was typed where that is not ASCII.
   *
   * @param name also its id
   * @param autocomplete by which password managers know it (HTML standard, autofill)
   */
  field(name: string, label: string, autocomplete: string, options: FieldOptions = {}): Html {
    const { hint, value, isEmail = false, isReadOnly = false, hasFocus = false } = options;
    const wrong = this.refusal?.field === name ? this.refusal.text : null;
    const describedBy = `${wrong === null ? '' : `${name}-wrong`}${hint === undefined ? '' : ` ${name}-hint`}`.trim();
    const content = autocomplete.endsWith('-password')
      ? html`type="password"`
      : html`type="text" dir="auto" value="${this.typed.get(name) ?? value ?? ''}"`;
    return html`<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" autocomplete="${autocomplete}" ${content}${
      isEmail && html` inputmode="email" spellcheck="false" autocapitalize="none"`
    }${isReadOnly && html` readonly`}${hasFocus && this.refusal === null && html` autofocus`}${
      wrong !== null && html` aria-invalid="true"`
    }${describedBy !== '' && html` aria-describedby="${describedBy}"`}>
${wrong !== null && html`<p class="wrong" id="${name}-wrong">${wrong}</p>`}
${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}</div>`;
  }

  newPassword(): Html {
    const hint = `At least ${this.services.config.passwordMinLength} characters.`;
    return this.field('password', 'New password', 'new-password', { hint });
  }

  /** Under which a password manager keeps the passwords that follow. */
  hiddenUsername(email: string): Html {
    return html`<input type="text" name="username" autocomplete="username" value="${email}" readonly hidden>`;
  }
}

/**
 * Does what a form asks for. Where that is refused, the form is shown again with the reason and what was typed.
 *
 * @param page the page with the form
 * @param work throws what the operations throw
 */
export function submitting(page: PageHandler, work: (view: View, typed: Typed) => Promise<Answer>): PageHandler {
  return async (view) => {
    const { request, services } = view;
    let typed = NOTHING_TYPED;
    try {
      typed = await request.form();
      return await work(view, typed);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      return page(new View(request, services, typed, refusal));
    }
  };
}
