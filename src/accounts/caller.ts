/** Who asks for an operation: for the security log, the throttle, the queue of hashes, and to be judged again. */
export interface Caller {
  /** The client's IP address, as far as it can be trusted; `-` for the command line. */
  readonly address: string;
  /** The id of the request in the logs; absent for the command line. */
  readonly requestId?: string | undefined;
  /** The id of the user who is signed in; null for nobody, and for the command line. */
  readonly userId: string | null;
  /** The client's `User-Agent`, or null. */
  readonly userAgent: string | null;
  /** Whether this is the operator at the command line, who may do what administrators may not. */
  readonly isOperator: boolean;
  /**
   * Judges once more whether the caller may do this; to be called after what takes long. Absent: nobody judges.
   *
   * @throws where the caller may not any more
   */
  assertStillAllowed?(): Promise<void>;
}

/** The operator, at the command line. */
export const OPERATOR: Caller = { address: '-', userId: null, userAgent: null, isOperator: true };

/** The same client, as a user who is signed in: for what a session itself says. */
export function withUser(caller: Caller, userId: string): Caller {
  const { address, userAgent, requestId, isOperator } = caller;
  return { address, userAgent, requestId, userId, isOperator };
}
