import { SessionExpAuth } from './session-exp-auth.ts';

/**
 * Authentication by a session in the database (the tutorial's `session_db_auth.py`, task 10): its `sessions` are
 * `UserSession` records in the store, and outlive the process.
 */
export class SessionDBAuth extends SessionExpAuth {}
