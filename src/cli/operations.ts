import { importKnownOperation, importTakeOperation } from './import-users.ts';
import { exportPageOperation, importEmptyOperation, importRecordsOperation } from './moved-collections.ts';
import type { Operation } from './operation.ts';
import { endEverySessionOperation, endSessionsOperation } from './session-end.ts';
import { listSessionsOperation } from './session-list.ts';
import { addUserOperation } from './user-add.ts';
import { changeGroupsOperation } from './user-groups.ts';
import { inviteUserOperation, resetUserOperation } from './user-link.ts';
import { listUsersOperation } from './user-list.ts';
import { setPasswordOperation } from './user-password.ts';
import { removeUserOperation } from './user-remove.ts';
import { unlockUserOperation } from './user-unlock.ts';
import { findUser } from './users.ts';

/** All that the command line may ask of a server that runs. */
export const OPERATIONS: readonly Operation<unknown, unknown>[] = [
  findUser,
  addUserOperation,
  listUsersOperation,
  removeUserOperation,
  setPasswordOperation,
  inviteUserOperation,
  resetUserOperation,
  changeGroupsOperation,
  unlockUserOperation,
  listSessionsOperation,
  endSessionsOperation,
  endEverySessionOperation,
  importKnownOperation,
  importTakeOperation,
  importEmptyOperation,
  importRecordsOperation,
  exportPageOperation,
];
