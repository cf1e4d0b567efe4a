import { CHUNKED, FORM_TYPE, HOST, inChunks, LOGIN, request, STATUS, withBody } from './requests.ts';
import type { Case } from './requests.ts';

const BAD = 'Bad request';
/** Would be answered 401 if it were taken for a request. */
const SMUGGLED = request('DELETE /api/v1/users/smuggled');
const LONG = 'a'.repeat(20_000);
const form = (fields: string, body: string): string => request(LOGIN, FORM_TYPE + fields) + body;

/** Request lines, and where one message ends and the next begins (RFC 9112). */
export const FRAMING_CASES: readonly Case[] = [
  ['no request line at all', '400 closed', '\0\x01\x02\x03\r\n\r\n', BAD],
  ['a TLS hello', '400 closed', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', BAD],
  ['the HTTP/2 preface', '400 closed', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', BAD],
  ['HTTP/0.9', '400 closed', 'GET /api/v1/status\r\n\r\n', BAD],
  ['HTTP/3.7', '400 closed', `GET /api/v1/status HTTP/3.7\r\n${HOST}\r\n`, BAD],
  ['two spaces in the request line', '200 open', `GET  /api/v1/status HTTP/1.1\r\n${HOST}\r\n`],
  ['a tab in the request line', '400 closed', `GET\t/api/v1/status HTTP/1.1\r\n${HOST}\r\n`, BAD],
  ['a word after the version', '400 closed', `GET /api/v1/status HTTP/1.1 x\r\n${HOST}\r\n`, BAD],
  ['lines that end in LF', '400 closed', 'GET /api/v1/status HTTP/1.1\nHost: a\n\n', BAD],
  ['a method in lower case', '400 closed', request('get /api/v1/status'), BAD],
  ['an unknown method', '400 closed', request('STEAL /api/v1/status'), BAD],
  ['an over-long method', '400 closed', request(`${'G'.repeat(20_000)} /api/v1/status`), BAD],
  ['CONNECT', '405 closed', request('CONNECT a:443'), 'Method not allowed'],
  ['CONNECT with a tunnel in its trail', '405 closed', request('CONNECT a:443') + SMUGGLED, 'Method not allowed'],
  ['no Host', '400 closed', 'GET /api/v1/status HTTP/1.1\r\n\r\n', BAD],
  ['two Hosts', '400 closed', request('GET /api/v1/status', 'Host: b\r\n'), BAD],
  ['two Hosts in HTTP/1.0', '400 closed', `GET /api/v1/status HTTP/1.0\r\n${HOST}${HOST}\r\n`, BAD],
  ['empty lines before a request', '200 open', `\r\n\r\n${STATUS}`],

  ['length, then chunked', '400 closed', form(`Content-Length: 4\r\n${CHUNKED}`, `0\r\n\r\n${SMUGGLED}`), BAD],
  ['chunked, then length', '400 closed', form(`${CHUNKED}Content-Length: 4\r\n`, `0\r\n\r\n${SMUGGLED}`), BAD],
  ['two lengths', '400 closed', form('Content-Length: 0\r\nContent-Length: 9\r\n', SMUGGLED), BAD],
  ['two equal lengths', '400 closed', form('Content-Length: 3\r\nContent-Length: 3\r\n', 'a=b'), BAD],
  ['a list of lengths', '400 closed', form('Content-Length: 0, 9\r\n', SMUGGLED), BAD],
  ['a signed length', '400 closed', form('Content-Length: +3\r\n', 'a=b'), BAD],
  ['a hexadecimal length', '400 closed', form('Content-Length: 0x3\r\n', 'a=b'), BAD],
  ['a length with a fraction', '400 closed', form('Content-Length: 3.0\r\n', 'a=b'), BAD],
  ['an empty length', '400 closed', form('Content-Length:\r\n', 'a=b'), BAD],
  ['a length beyond 64 bits', '400 closed', form(`Content-Length: ${'9'.repeat(25)}\r\n`, ''), BAD],
  ['a length with a space before the colon', '400 closed', form('Content-Length : 3\r\n', SMUGGLED), BAD],
  ['a length on a folded line', '400 closed', form('X: a\r\n Content-Length: 3\r\n', SMUGGLED), BAD],
  ['chunked in other words', '400 closed', form('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${SMUGGLED}`), BAD],
  ['chunked behind a vertical tab', '400 closed', form('Transfer-Encoding: \x0bchunked\r\n', SMUGGLED), BAD],
  ['chunked, then identity', '400 closed', form(`${CHUNKED}Transfer-Encoding: identity\r\n`, '0\r\n\r\n'), BAD],
  ['chunked twice', '400 closed', form(`${CHUNKED}${CHUNKED}`, `0\r\n\r\n${SMUGGLED}`), BAD],
  ['chunked not last', '400 closed', form('Transfer-Encoding: chunked, gzip\r\n', `0\r\n\r\n${SMUGGLED}`), BAD],
  ['gzip, chunked', '501 closed', form('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 'Not implemented'],
  ['deflate, chunked', '501 closed', form('Transfer-Encoding: deflate, chunked\r\n', SMUGGLED), 'Not implemented'],
  ['chunks from HTTP/1.0', '400 closed', `POST /api/v1/users HTTP/1.0\r\n${CHUNKED}\r\n0\r\n\r\n`, BAD],

  ['a chunk size that is no number', '400 closed', form(CHUNKED, 'zz\r\na=b\r\n0\r\n\r\n'), BAD],
  ['a chunk size with a prefix', '400 closed', form(CHUNKED, '0x3\r\na=b\r\n0\r\n\r\n'), BAD],
  ['a chunk size below zero', '400 closed', form(CHUNKED, '-1\r\na=b\r\n0\r\n\r\n'), BAD],
  ['a chunk size beyond 64 bits', '400 closed', form(CHUNKED, `${'f'.repeat(17)}\r\na=b`), BAD],
  ['a chunk longer than it says', '400 closed', form(CHUNKED, '1\r\na=b\r\n0\r\n\r\n'), BAD],
  ['a chunk that ends in LF', '400 closed', form(CHUNKED, '3\na=b\n0\n\n'), BAD],
  ['an over-long chunk extension', '400 closed', form(CHUNKED, `3;${LONG}\r\na=b\r\n0\r\n\r\n`), BAD],
  ['chunk extensions', '400 open', form(CHUNKED, '3;a="b;c";d\r\na=b\r\n0;e\r\n\r\n'), 'email missing'],
  ['a trailer', '400 open', form(CHUNKED, '3\r\na=b\r\n0\r\n__proto__: x\r\n\r\n'), 'email missing'],
  ['a chunk of every byte', '400 open', inChunks(LOGIN, FORM_TYPE, 'email=', 1), 'email missing'],

  ['garbage after a request', '200 400 closed', `${STATUS}garbage\r\n\r\n`, BAD],
  ['garbage after a body', '400 400 closed', `${withBody(LOGIN, FORM_TYPE, 'a=b')}\x7f\x7f\r\n\r\n`, BAD],
  ['a body longer than it says', '400 400 closed', `${withBody(LOGIN, FORM_TYPE, 'a=b')}&email=x\r\n\r\n`, BAD],
  ['three requests in one piece', '200 401 200 open', STATUS + SMUGGLED + STATUS],
  ['a body, then a request', '400 200 open', withBody(LOGIN, FORM_TYPE, 'a=b') + STATUS],
  ['chunks, then a request', '400 200 open', inChunks(LOGIN, FORM_TYPE, 'a=b', 2) + STATUS],
  ['a refused body, then a request', '401 200 open', withBody('POST /api/v1/users', FORM_TYPE, SMUGGLED) + STATUS],
  [
    'two logins and a bad request',
    '400 400 400 closed',
    `${withBody(LOGIN, FORM_TYPE, 'a')}`.repeat(2) + 'x\r\n\r\n',
    BAD,
  ],
  [
    'a request after Connection: close',
    '200 (400) closed',
    request('GET /api/v1/status', 'Connection: close\r\n') + SMUGGLED,
  ],
  ['HTTP/1.0', '200 closed', 'GET /api/v1/status HTTP/1.0\r\n\r\n'],
  ['HTTP/1.0 kept alive', '200 open', 'GET /api/v1/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'],
];
