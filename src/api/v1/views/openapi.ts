import { NO_HEADERS } from '../../../http/respond.ts';
import type { Handler } from '../../../web/request.ts';

/** `GET /api/v1/openapi.json`: the OpenAPI document. */
export const showOpenApi: Handler = (_request, { openApi }) => ({
  status: 200,
  content: openApi(),
  headers: NO_HEADERS,
});
