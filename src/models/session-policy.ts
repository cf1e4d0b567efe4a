import type { Config } from '../config.ts';
import type { SessionPolicy } from './user-session.ts';

/**
 * When sessions end, by the settings. Under `session_auth` only a restart or an idle timeout ends one (tutorial task 2).
 *
 * @param now of this start, in milliseconds since the epoch
 */
export function sessionPolicyOf(config: Config, now: number): SessionPolicy {
  const { authType, sessionDurationSeconds, sessionIdleTimeoutSeconds } = config;
  const durationSeconds = authType === 'session_auth' ? 0 : sessionDurationSeconds;
  return {
    durationMs: durationSeconds === 0 ? null : durationSeconds * 1000,
    idleTimeoutMs: sessionIdleTimeoutSeconds === 0 ? null : sessionIdleTimeoutSeconds * 1000,
    startedAt: now,
  };
}
