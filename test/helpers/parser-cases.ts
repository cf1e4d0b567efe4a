import { CHUNKED, FORM_TYPE, HOST, LOGIN, request, STATUS } from './requests.ts';
import type { Case } from './requests.ts';

const BAD = 'Bad request';
const MISSING = 'email missing';
const UNAUTHORIZED = 'Unauthorized';
const status = (fields: string, version = 'HTTP/1.1'): string => `GET /api/v1/status ${version}\r\n${fields}\r\n`;
const post = (fields: string, body: string): string => request(LOGIN, FORM_TYPE + fields) + body;
const chunks = (body: string): string => post(CHUNKED, body);
const put = (fields: string, body = ''): string => request('PUT /api/v1/users/x', fields) + body;

/**
 * What llhttp expects of requests in its strict mode, in cases of ours. Where it takes a request, ours must be answered
 * as any other; where it refuses one, 400 and no more. We differ, on purpose:
 * - A request of HTTP/1.1 without Host is 400 (RFC 9112 section 3.2); llhttp leaves that to the server.
 * - A Host that is none, such as `0.0.0.0=5000`, passes: RFC 3986 allows "=" in a name.
 * - A target with userinfo, and `*` with another method than OPTIONS, is 400 by our reader.
 * - CONNECT is 405 and the connection ends. Other methods are read, and 405 or 401 by the routes.
 * - Every version of HTTP but 1.0 and 1.1 is 400; llhttp knows 0.9 and 2.0. What it takes for ICE/1.0 and RTSP/1.0, with
 *   the methods of those, reaches us as HTTP/1.0, and is answered so.
 * Left out: a tab after a Content-Length or after `close`, which versions of Node read differently (20 refuses the one
 * and overlooks the other: either is safe).
 * Its cases of Upgrade and of transfer codings other than chunked are among those of targets and framing.
 */
export const LLHTTP_CASES: readonly Case[] = [
  ...['REPORT', 'M-SEARCH', 'PURGE', 'SEARCH', 'LINK', 'UNLINK', 'SOURCE', 'MKCOL', 'PROPPATCH', 'REBIND'].map(
    (method): Case => [`llhttp: ${method}`, '401 open', request(`${method} /file.txt`), UNAUTHORIZED],
  ),
  ['llhttp: M-SEARCH *', '400 open', request('M-SEARCH *', 'MAN: "ssdp:discover"\r\n'), BAD],
  ['llhttp: PATCH with a body', '401 open', request('PATCH /file.txt', 'Content-Length: 10\r\n') + 'cccccccccc', UNAUTHORIZED],
  ['llhttp: CONNECT in capitals', '405 closed', request('CONNECT HOME0.NETSCAPE.COM:443')],
  ['llhttp: CONNECT of HTTP/1.0 with a body', '405 closed', 'CONNECT a:443 HTTP/1.0\r\nContent-Length: 10\r\n\r\nblarfcicle'],
  ['llhttp: an underscore in a host', '405 closed', request('CONNECT home_0.netscape.com:443')],
  ['llhttp: SOURCE with ICE', '401 closed', `SOURCE /m ICE/1.0\r\n${HOST}\r\n`, UNAUTHORIZED],
  ['llhttp: OPTIONS with RTSP', '404 closed', `OPTIONS /m RTSP/1.0\r\n${HOST}\r\n`],
  ['llhttp: ANNOUNCE with RTSP', '401 closed', `ANNOUNCE /m RTSP/1.0\r\n${HOST}\r\n`, UNAUTHORIZED],
  ['llhttp: GET with ICE', '400 closed', `GET /m ICE/1.0\r\n${HOST}\r\n`, BAD],
  ['llhttp: GET with IHTTP', '400 closed', `GET /m IHTTP/1.0\r\n${HOST}\r\n`, BAD],
  ['llhttp: PUT with RTSP', '400 closed', `PUT /m RTSP/1.0\r\n${HOST}\r\n`, BAD],
  ['llhttp: ANNOUNCE with HTTP', '400 closed', request('ANNOUNCE /m'), BAD],
  ['llhttp: PRI with HTTP/1.1', '400 closed', 'PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n', BAD],
  ['llhttp: an invalid method', '400 closed', request('MKCOLA /'), BAD],

  ['llhttp: quotes in a target', '401 open', request('GET /with_"lovely"_quotes?foo=\\"bar\\"'), UNAUTHORIZED],
  ['llhttp: a question mark in a query', '200 open', request('GET /api/v1/status?foo=bar?baz')],
  ['llhttp: a host ended by a query', '303 open', request('GET http://hypnotoad.org?hail=all')],
  ['llhttp: a port ended by a query', '303 open', request('GET http://hypnotoad.org:1234?hail=all')],
  ['llhttp: a vertical bar in a query', '200 open', request('GET /api/v1/status?query=|')],
  ['llhttp: a port ended by a space', '303 open', request('GET http://hypnotoad.org:1234')],
  ['llhttp: UTF-8 in a target', '400 closed', request('GET /\xce\xb4\xc2\xb6/pope?q=1#narf'), BAD],
  ['llhttp: a fragment in a target', '200 open', request('GET /api/v1/status?page=1#posts-17408')],
  ['llhttp: userinfo in a target', '400 open', request('GET http://a%12:b!&*$@hypnotoad.org:1234/toto'), BAD],
  ['llhttp: a space in a target', '400 closed', request('GET /foo bar/'), BAD],

  ['llhttp: a length with zeroes', '400 open', post('Content-Length: 003\r\n', 'abc'), MISSING],
  ['llhttp: a length, then another field', '400 open', post('Content-Length: 003\r\nOhai: world\r\n', 'abc'), MISSING],
  ['llhttp: an overflowing length', '400 closed', post('Content-Length: 1000000000000000000000\r\n', ''), BAD],
  ['llhttp: two different lengths', '400 closed', post('Content-Length: 1\r\nContent-Length: 2\r\n', ''), BAD],
  ['llhttp: a length and identity', '400 closed', post('Content-Length: 1\r\nTransfer-Encoding: identity\r\n', ''), BAD],
  ['llhttp: a funky length', '400 closed', `POST /api/v1/auth_session/login HTTP/1.0\r\nconTENT-Length: 5\r\n\r\nHELLO`, MISSING],
  ['llhttp: spaces round a length', '400 open', post('Content-Length:  3 \r\n', 'abc'), MISSING],
  ['llhttp: a space inside a length', '400 closed', post('Content-Length: 4 2\r\n', ''), BAD],
  ['llhttp: a length without a number', '400 closed', post('Content-Length:\r\n', ''), BAD],
  ['llhttp: CR in place of a dash', '400 closed', put('Content\rLength: 003\r\n', 'abc'), BAD],
  ['llhttp: no empty line before the body', '400 closed', put('Content-Length: 3\r\n').slice(0, -2) + '\rabc', BAD],

  ['llhttp: chunks with a size in lower case', '400 open', chunks('a\r\n0123456789\r\n0\r\n\r\n'), MISSING],
  ['llhttp: chunks with a size in capitals', '400 open', chunks('A\r\n0123456789\r\n0\r\n\r\n'), MISSING],
  ['llhttp: a last chunk of three zeroes', '400 open', chunks('5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n'), MISSING],
  ['llhttp: trailers', '400 open', chunks('5\r\nhello\r\n0\r\nVary: *\r\nContent-Type: text/plain\r\n\r\n'), MISSING],
  ['llhttp: chunk extensions with values', '400 open', chunks('5;a3;b=c;d=e\r\nhello\r\n6;f;g\r\n world\r\n0\r\n\r\n'), MISSING],
  ['llhttp: chunk extensions with quotes', '400 open', chunks('5;a="I \\"l\\"; \\\\e\\\\";b="c";d\r\nhello\r\n0\r\n\r\n'), MISSING],
  ['llhttp: a chunk extension whose quote does not end', '400 closed', chunks('5;a="b";c="d; e\r\nhello\r\n0\r\n\r\n'), BAD],
  ['llhttp: a chunk extension without a semicolon', '400 closed', chunks('2 erfr\r\naa\r\n0 rrrr\r\n\r\n'), BAD],
  ['llhttp: a semicolon without a chunk extension', '400 closed', chunks('2;\r\naa\r\n0\r\n\r\n'), BAD],
  ['llhttp: a space after a chunk size', '400 closed', chunks('a \r\n0123456789\r\n0\r\n\r\n'), BAD],
  ['llhttp: CR CR after a chunk size', '400 closed', chunks('5\r\r;ABCD\r\n34\r\nE\r\n0\r\n\r\n'), BAD],
  ['llhttp: a chunk that does not end in CRLF', '400 closed', chunks('5\r\nABCDE0\r\n\r\n'), BAD],
  ['llhttp: LF after a chunk size', '400 closed', chunks('3 \n  \r\n\\\r\nfoo\r\n\r\n'), BAD],
  ['llhttp: pigeons', '400 closed', put('Transfer-Encoding: pigeons\r\n'), BAD],
  ['llhttp: chunkedchunked', '400 closed', post('Transfer-Encoding: chunkedchunked\r\n', '5\r\nWorld\r\n0\r\n\r\n'), BAD],
  ['llhttp: chunked, deflate', '400 closed', post('Transfer-Encoding: chunked, deflate\r\n', 'World'), BAD],
  ['llhttp: chunked, then deflate in a field of its own', '400 closed', post(`${CHUNKED}Transfer-Encoding: deflate\r\n`, 'World'), BAD],
  ['llhttp: empty codings and a length', '400 closed', post('Content-Length: 10\r\nTransfer-Encoding:\r\nTransfer-Encoding:\r\n', '2\r\nAA\r\n0\r\n\r\n'), BAD],
  ['llhttp: a fold after chunked', '400 closed', post('Transfer-Encoding: chunked\r\n  abc\r\n', '5\r\nWorld\r\n0\r\n\r\n'), BAD],

  ['llhttp: keep-alive, and a request after it', '200 200 open', status(`${HOST}Connection: keep-alive\r\n`) + STATUS],
  ['llhttp: HTTP/1.0, and a request after it', '200 (400) closed', status(HOST, 'HTTP/1.0') + STATUS],
  ['llhttp: CR in keep-alive', '400 closed', status(`${HOST}Connection: keep\ralive\r\n`), BAD],
  ['llhttp: close', '200 closed', status(`${HOST}Connection: close\r\n`)],
  ['llhttp: CRLF between requests', '400 200 open', `${post('Content-Length: 4\r\n', 'q=42')}\r\n${STATUS}`],
  ['llhttp: close, and a request after it', '400 (400) closed', `${post('Content-Length: 4\r\nConnection: close\r\n', 'q=42')}\r\n${STATUS}`],
  ['llhttp: Connection with other tokens', '200 open', status(`${HOST}Connection: token, keep-alive, other\r\n`)],
  ['llhttp: a space after Connection', '400 closed', status(`${HOST}Connection : keep-alive\r\n`), BAD],

  ['llhttp: fields divided by CR', '400 closed', status(`${HOST}Foo: 1\rBar: 2\r\n`), BAD],
  ['llhttp: fields divided by LF', '400 closed', post('x:x\nTransfer-Encoding: chunked\r\n', '1\r\nA\r\n0\r\n\r\n'), BAD],
  ['llhttp: an empty field and CR', '400 closed', post('x:\rTransfer-Encoding: chunked\r\n', '1\r\nA\r\n0\r\n\r\n'), BAD],
  ['llhttp: an empty field and LF', '400 closed', post('x:\nTransfer-Encoding: chunked\r\n', '1\r\nA\r\n0\r\n\r\n'), BAD],
  ['llhttp: CR and a letter at the end of the fields', '400 closed', `${status(HOST).slice(0, -2)}\rZGET /evil: HTTP/1.1\r\n\r\n`, BAD],
  ['llhttp: @ in a name', '400 closed', status(`${HOST}Fo@: Failure\r\n`), BAD],
  ['llhttp: control characters in a name', '400 closed', status(`${HOST}Foo\x01\test: Bar\r\n`), BAD],
  ['llhttp: no name', '400 closed', status(`${HOST}: Bar\r\n`), BAD],
  ['llhttp: a folded name', '400 closed', status(`${HOST}name\r\n : value\r\n`), BAD],
  ['llhttp: a corrupted Connection', '400 closed', status(`${HOST}Connection\r\x1b\x35\xd5eep-Alive\r\n`), BAD],
  ['llhttp: a length behind LF', '400 closed', status(`${HOST}Dummy: x\nContent-Length: 23\r\n`) + STATUS, BAD],
  ['llhttp: HTTP/5.6', '400 closed', status(HOST, 'HTTP/5.6'), BAD],
  ['llhttp: a space before the first field', '400 closed', 'GET /api/v1/status HTTP/1.1\r\n Host: foo\r\n\r\n', BAD],
  ['llhttp: a folded length', '400 closed', request(LOGIN, `Foo: bar\r\n Content-Length: 38\r\n`) + STATUS, BAD],
  ['llhttp: nothing but LF', '400 closed', 'POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n1\nA\n0\n\n', BAD],
  ['llhttp: CR in the request line', '400 closed', 'GET / HTTP/1.1\rLine: 1\r\n\r\n', BAD],

  ['llhttp: a tab before a value', '204 open', request('OPTIONS /api/v1/users', 'Header1: Value1\r\nHeader2:\t Value2\r\n')],
  ['llhttp: HEAD', 'HEAD:200 open', request('HEAD /api/v1/status')],
  ['llhttp: curl', '200 open', status('User-Agent: curl/7.18.0 (i486) libcurl/7.18.0\r\nHost: 0.0.0.0=5000\r\nAccept: */*\r\n')],
  ['llhttp: dumbpack', '200 open', status(`${HOST}aaaaaaaaaaaaa:++++++++++\r\n`)],
  ['llhttp: no fields', '400 closed', status(''), BAD],
  ['llhttp: one field, and it is not Host', '400 closed', status('Accept: */*\r\n'), BAD],
  ['llhttp: ApacheBench', '200 closed', status(`Host: 0.0.0.0:5000\r\nUser-Agent: ApacheBench/2.3\r\n`, 'HTTP/1.0')],
  ['llhttp: CRLF before the first request', '200 open', `\r\n${STATUS}`],
  ['llhttp: no version', '400 closed', 'GET /\r\n\r\n', BAD],
  ['llhttp: letters beyond ASCII in a value', '200 open', status(`${HOST}Test: D\xc3\xbcsseldorf\r\n`)],
  ['llhttp: the byte 255 in a value', '200 open', status(`${HOST}Header2: \xffValue2\r\n`)],
  ['llhttp: a certificate in folded lines', '400 closed', status(`${HOST}X-SSL: -----BEGIN\r\n\tMIIFbTCC\r\n`), BAD],
  ['llhttp: three pipelined requests', '401 401 401 open', [
    request('POST /aaa', 'Content-Length: 3\r\n') + 'AAA',
    request('PUT /bbb', 'Content-Length: 4\r\n') + 'BBBB',
    request('PATCH /ccc', 'Content-Length: 5\r\n') + 'CCCCC',
  ].join('')],
];
