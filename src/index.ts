/**
 * What the package `session-auth-server` exports: a whole server (`startService`), its application for an HTTP server of
 * your own (`assemble`, or `createApp` from parts that you choose), and the authentication classes.
 */
export { SecurityLog } from './accounts/security-log.ts';
export { createApp } from './api/v1/app.ts';
export type { App, AppDependencies } from './api/v1/app.ts';
export { Auth } from './api/v1/auth/auth.ts';
export type { AuthOptions, AuthRequest, Identity } from './api/v1/auth/auth.ts';
export { BasicAuth } from './api/v1/auth/basic-auth.ts';
export { createAuth } from './api/v1/auth/create-auth.ts';
export { SessionAuth } from './api/v1/auth/session-auth.ts';
export { SessionDBAuth } from './api/v1/auth/session-db-auth.ts';
export { SessionExpAuth } from './api/v1/auth/session-exp-auth.ts';
export { assemble } from './assemble.ts';
export type { Assembly, AssemblyOptions, ServiceLogs } from './assemble.ts';
export { ConfigError, parseConfig } from './config.ts';
export type { AuthType, Config, CookieSecure, LogFormat } from './config.ts';
export { DomainError } from './errors.ts';
export { createAccessLog } from './http/access-log.ts';
export { declareModels } from './models/repositories.ts';
export type { Database } from './models/repositories.ts';
export { sessionPolicyOf } from './models/session-policy.ts';
export { User } from './models/user.ts';
export type { Users } from './models/user.ts';
export { MemoryLoginThrottle } from './security/memory-login-throttle.ts';
export { PasswordHasher } from './security/password.ts';
export { startService } from './service.ts';
export type { Service, ServiceOptions } from './service.ts';
export type { Store } from './storage/store.ts';
export type { Services } from './web/services.ts';
