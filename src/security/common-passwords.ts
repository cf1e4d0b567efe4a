/**
 * The commonest passwords of 8 characters or more, as the public lists of leaked passwords rank them, in
 * lower case. Guessing by lists goes through these first, and ten guesses a window are enough for some.
 *
 * The list is short on purpose: it is read with the source. A password is in it because it is common, not because
 * some rule calls it weak: NIST 800-63B-4, 3.1.1.2, asks for a blocklist and against rules of composition.
 */

const LIST = `
  00000000 000000000 0000000000 01234567 012345678 0123456789 0987654321 09876543210 10101010 11111111 111111111
  1111111111 11112222 11223344 1122334455 112233445566 12121212 12123434 121212121212 12312312 123123123 1231231234
  123123qwe 12341234 123412345 1234512345 12345678 12345678910 123456789 1234567890 12345678901 123456789012
  1234567891 123456789a 123456789q 123456789z 12345678a 12345678q 1234567a 1234567q 12344321 12345qwert 123456abc
  123456qwerty 123456789abc 12345abc 1234abcd 1234qwer 123654789 123698745 123789456 123abc123 123qwe123 123qweasd
  123qweasdzxc 13131313 131313131313 13579135 1357924680 135792468 14141414 142536475869 14789632 147258369
  147852369 159159159 159357159 159753456 18436572 19283746 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx
  1qaz2wsx3edc 1qazxsw2 1qazzaq1 20202020 21212121 22222222 222222222 22446688 23232323 23456789 25252525 31415926
  32103210 321321321 33333333 36925814 43214321 44444444 45454545 456456456 456789123 55555555 555555555 5555555555
  55667788 66666666 666666666 77777777 777777777 7777777777 741852963 789456123 78945612 789789789 8675309jenny
  87654321 88888888 888888888 8888888888 9876543210 98765432 987654321 987654321a 98989898 99999999 999999999
  9999999999 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678 aaaaaaaa aaaaaaaaa aaaaaaaaaa
  abc12345 abc123456 abc123abc abcabc123 abcd1234 abcd12345 abcdefg1 abcdefg123 abcdefgh abcdefghi abcdefghij
  access14 administrator admin123 admin1234 admin12345 admin123456 adminadmin adobe123 airborne alexander alexandra
  alexandre anderson angelina anthony1 antonio1 arsenal1 asdasd123 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl
  asdfjkl; asdfqwer ashley12 assassin aspirine atlantis babygirl babygirl1 babyblue backspace barcelona baseball
  baseball1 basketball basketball1 batman123 beautiful benjamin bigdaddy billabong blackcat blessed1 blink182
  brooklyn bubblegum bulldogs butterfly caroline carolina cardinal celtic1888 champion changeme changeme1 changeme123
  changeit charlie1 charlotte chelsea1 cheyenne chicago1 chocolate chocolate1 christian christin christina christine
  christopher cinderella cocacola computer computer1 courtney cowboys1 cristina crystal1 daniel123 danielle darkness
  december default1 destiny1 dickhead discovery dolphins dragon123 dragonball elephant einstein elizabeth emmanuel
  engineer enterprise estrella everton1 explorer facebook facebook1 fernando fireball firebird firefighter flower123
  fluffy123 football football1 football123 forever1 fortnite forgetmenot francesco franklin freedom1 friendship
  friends1 fuckyou1 fuckyou123 fuckyou2 gabriela gabriel1 gangster garfield geheim123 generation george123 getmoney
  giovanni godbless goodluck grandma1 greenday guinness guitar123 hallo123 hardcore hannah123 heather1 hello123
  hello1234 hellohello hellokitty hercules highland holiday1 hunter123 iloveyou iloveyou1 iloveyou12 iloveyou123
  iloveyou2 iloveyou! infinity internet internet1 isabella ireland1 jackson1 jasmine1 jennifer jessica1 jonathan
  jordan23 jordan123 juventus kathleen katherine killer123 kimberly kristina kristine lakers24 lasvegas lauren123
  leonardo letmein1 letmein123 liverpool liverpool1 lollipop login123 loveme123 lovelove loveyou1 lover123 macintosh
  madison1 manchester manager1 marcelo1 margaret marshall martinez master123 matthew1 maverick mercedes metallica
  michael1 michael123 michaela michelle michelle1 microsoft midnight mississippi monkey123 montana1 moonlight motorola
  mountain music123 mustang1 myspace1 mypassword natalie1 nathaniel newyork1 nicholas nichole1 nintendo nirvana1
  nothing1 november october1 olivia123 operator p@$$w0rd p@ssw0rd p@ssw0rd1 p@ssword p@ssword1 pa$$w0rd pa$$word
  pass1234 pass12345 passport passw0rd passw0rd1 passwort passwort1 password password! password0 password00 password01
  password1 password1! password10 password11 password12 password123 password123! password1234 password12345
  password2 password3 password99 passwords password. password@1 password@123 patricia patrick1 peaches1 peekaboo
  personal phoenix1 pineapple platinum playboy1 playstation pokemon1 pokemon123 portugal precious princess princess1
  princess123 princesa q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx123 qazwsxedc qazxswedc qqqqqqqq qwaszx12 qwe123qwe
  qweasd123 qweasdzxc qweqwe123 qweqweqwe qwer1234 qwerasdf qwert123 qwert12345 qwertasdf qwerty00 qwerty01 qwerty11
  qwerty12 qwerty123 qwerty123! qwerty1234 qwerty12345 qwerty123456 qwertyqwerty qwertyui qwertyuio qwertyuiop
  qwertyuiop1 qwertz123 qwertzui qwertzuiop rainbow1 rangers1 rasengan realmadrid rebecca1 redskins remember richard1
  robert123 rockstar1 rockyou1 rolltide ronaldo7 ronaldo123 rush2112 samantha samantha1 samsung1 samsung123 sandiego
  santiago savannah scarface scorpion scotland sebastian secret123 secret12 security september serenity service1
  sexygirl shadow12 shadow123 simpsons skywalker slipknot slipknot1 snickers snowball soccer12 soccer123 softball
  something southside spartan1 spiderman spiderman1 spitfire spongebob squirrel stanford starcraft starlight stargate
  startrek starwars starwars1 steelers steelers1 stephanie strawberry success1 summer123 sunflower sunshine sunshine1
  superman superman1 superman123 superstar sweetheart swordfish system32 taylor123 teamomucho tennessee teresa123
  test1234 test12345 testtest testing1 testing123 thailand thankyou thebeatles thunder1 thursday tigger123 tinkerbell
  tokiohotel tottenham trinidad trouble1 trustno1 twilight undertaker unicorn1 universe valentin valentina vanessa1
  veronica victoria victoria1 vladimir warcraft warriors webmaster wednesday welcome1 welcome12 welcome123 welcome1234
  welcome! westside whatever whatever1 william1 williams winston1 winter123 wolverine woodland wordpass writer123
  xxxxxxxx yankees1 yellow123 youtube1 yourmom1 zaq12wsx zaq1zaq1 zaq1xsw2 zaqxswcde zeppelin zxcvbnm1 zxcvbnm123
  zxcvbnm, zxcvasdf zxczxc123 zxcvbnmm zzzzzzzz
`;

/**
 * The commonest passwords, in lower case: fold before you look.
 *
 * Source: NIST 800-63B-4, 3.1.1.2; ASVS 5.0, 6.2.4, which asks for 3,000.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(LIST.trim().split(/\s+/));
