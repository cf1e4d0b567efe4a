/**
 * What nst/JSONTestSuite expects of a JSON text, in cases of ours. Each is the value of a member, since a body must be
 * an object: `{"a":…}`.
 */
export const TAKEN_VALUES: readonly (readonly [text: string, value: unknown])[] = [
  ['[[]   ]', [[]]],
  ['[""]', ['']],
  ['[]', []],
  ['[null, 1, "1", {}]', [null, 1, '1', {}]],
  ['[1\n]', [1]],
  [' [1,null,null,2] \t\r\n', [1, null, null, 2]],
  ['false', false],
  ['true', true],
  ['null', null],
  ['42', 42],
  ['-0', -0],
  ['-0.1', -0.1],
  ['0e+1', 0],
  ['0e1', 0],
  ['20e1', 200],
  ['1E22', 1e22],
  ['1E-2', 0.01],
  ['1e+2', 100],
  ['123.456e78', 123.456e78],
  ['-1.0e+28', -1e28],
  [`-0.${'0'.repeat(76)}1`, -1e-77],
  ['{"b":1,"b":2}', { b: 2 }],
  ['{"":0}', { '': 0 }],
  ['{"b\\u0000c": 42}', { 'b\0c': 42 }],
  ['{\n"b": "c"\n}', { b: 'c' }],
  ['"\\u0060\\u012a\\u12AB"', '\u0060\u012a\u12ab'],
  ['"\\uD801\\udc37"', '\u{10437}'],
  ['"\\ud83d\\ude39\\ud83d\\udc8d"', '😹💍'],
  ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
  ['"\\\\u0000"', '\\u0000'],
  ['"a/*b*/c/*d//e"', 'a/*b*/c/*d//e'],
  ['"\\u0012\\uFFFF\\u0000\\u005C\\u0022"', '\u0012\uffff\0\\"'],
  ['"\u00a0\u2028\u2029\u007f"', '\u00a0\u2028\u2029\u007f'],
  ['"\u{10ffff}\uffff\u{1bfff}\u200b"', '\u{10ffff}\uffff\u{1bfff}\u200b'],
  ['"€𝄞⍂㈴"', '€𝄞⍂㈴'],
  ['""', ''],
  // What the suite leaves open. Numbers beyond a double are infinite or 0; a lone surrogate stays one, and whoever
  // needs a text that can be written looks for it.
  ['123.456e-789', 0],
  ['-1e+9999', -Infinity],
  ['100000000000000000000', 100_000_000_000_000_000_000],
  ['"\\uDADA"', '\udada'],
  ['"\\uD800\\n"', '\ud800\n'],
  ['"\\uDd1e\\uD834"', '\udd1e\ud834'],
];

/** No value of a member, and no JSON text either. */
export const REFUSED_VALUES: readonly string[] = [
  ...['[1 true]', '["": 1]', '[""],', '[,1]', '[1,,2]', '["x",,]', '["x"]]', '["",]', '["x"', '[x', '[3[4]]', '[1:2]'],
  ...['[,]', '[-]', '[   , ""]', '["a",\n4\n,1,', '[1,,]', '["\x0ba"\\f]', '[*]', '[1,', '[{}', '[1]x', '[][]', ']'],
  ...['fals', 'nul', 'tru', 'True', 'abc', 'truth', '123\0', '1 000.0', '1+2', '2@', '*', '<null>', 'å'],
  ...['++1', '+1', '+Inf', 'Inf', 'NaN', '-NaN', 'Infinity', '-Infinity', '-01', '012', '-012', '-1.0.', '-2.', '1.', '.-1'],
  ...['.2e-3', '.1', '-.1', '0.1.2', '0.3e+', '0.3e', '0.e1', '0E+', '0E', '0e', '1.0e', '1.0e-', '1eE2', '2.e+3', '9.e+'],
  ...['0x1', '0x42', '0e+-1', '-123foo', '-foo', '- 1', '-1x', '1ea', '1.2a-3', '1.8H-308', '\uff11'],
  ...['{[: "x"}', '{"x", null}', '{"x"::"b"}', '{🇨🇭}', '{"a":"a" 123}', "{key: 'value'}", '{"a" b}', '{:"b"}', '{"a" "b"}'],
  ...['{"a":', '{"a"', '{1:1}', '{9999E9999:1}', '{null:null}', '{"id":0,,}', "{'a':0}", '{"id":0,}', '{"a":"b"}/**/'],
  ...['{"a":"b"}//', '{"a":"b"}/', '{"a":"b",,"c":"d"}', '{a: "b"}', '{"a":"a', '{ "foo" : "bar", "a" }', '{"a":"b"}#'],
  ...['{"a":/*comment*/"b"}', '{}}', '{]', '{,', '{[', '{"a', '{', ' ', ''],
  ...['"\\uD800\\"', '"\\uD800\\u"', '"\\uD800\\u1x"', 'é', '"\\\0"', '"\\x00"', '"\\\\\\"', '"\\\t"', '"\\🌀"', '"\\"'],
  ...['"\\u00A"', '"\\uD834\\uDd"', '"\\a"', '"\\uqqqq"', '\\u0020"asd"', '\\n', '"', "'single'", '"\\', '"a\0a"'],
  ...['"new\nline"', '"\t"', '"\\UA66D"', '""x', '\u2060', '\f', '\u00a0', '\0', '\ufeff1', '['.repeat(20_000)],
  ...['[{"":'.repeat(10_000), '["\\{["\\{["\\{'],
];

/** Bytes of a whole text that is not UTF-8, in latin1. The suite leaves most of them open; we refuse each. */
export const REFUSED_BYTES: readonly string[] = [
  ...['\xe6\x97\xa5\xd1\x88\xfa', '\xed\xa0\x80', '\xff', '\xe9', '\x81', '\xf4\xbf\xbf\xbf', '\xc0\xaf'].map(
    (bytes) => `{"a":"${bytes}"}`,
  ),
  ...['\xfc\x83\xbf\xbf\xbf\xbf', '\xfc\x80\x80\x80\x80\x80', '\xe0\xff', '\\u\xe5', '\\\xe5'].map((it) => `{"a":"${it}"}`),
  ...['{"a":[a\xe5]}', '{"a":123\xe5}', '{"\xb9":"0"}', '\xe5', '\xef\xbb{}', '\xef\xbb\xbf'],
  ...['\xff\xfe{\0}\0', '\xfe\xff\0{\0}', '{\0}\0', '\0{\0}'],
];

/** JSON texts all of them, and no objects: not what a body may be. */
export const OTHER_TEXTS: readonly string[] = ['[]', '["a"]\n', ' [] ', 'false', 'true', 'null', '42', '-0.1', '"asd"', '""'];
