import { stat } from 'node:fs/promises';
import { effectiveUserId } from './machine.ts';

/** To whom a file belongs. */
export interface Owner {
  readonly userId: number;
  readonly groupId: number;
}

/**
 * Whom a new file in a directory is to be given to: root's files go to the directory's owner, so that the service
 * can open them after root has used the command line. Everybody else's are their own, and stay so.
 *
 * @param userId whose rights this process has
 * @returns null where the file may stay as it was made
 */
export async function ownerForFilesIn(directory: string, userId = effectiveUserId()): Promise<Owner | null> {
  if (userId !== 0) return null;
  const { uid, gid } = await stat(directory);
  return uid === 0 ? null : { userId: uid, groupId: gid };
}
