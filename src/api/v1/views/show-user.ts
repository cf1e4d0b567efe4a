import { JsonContent } from '../../../http/json.ts';
import { NO_HEADERS } from '../../../http/respond.ts';
import type { Answer, HeaderList } from '../../../http/respond.ts';
import type { User } from '../../../models/user.ts';

/** Users never change, so the text of each is made once; a user is shown far more often than changed. */
const CONTENTS = new WeakMap<User, JsonContent>();

/** A user as the API shows one. */
export function showUser(status: number, user: User, headers: HeaderList = NO_HEADERS): Answer {
  let content = CONTENTS.get(user);
  if (content === undefined) {
    content = new JsonContent(user.toJson());
    CONTENTS.set(user, content);
  }
  return { status, content, headers };
}
