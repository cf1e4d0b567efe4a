import { testHosts } from './contract.ts';
import { startCaddy } from './start-proxy.ts';
import { testSubpath } from './subpath.ts';

testHosts('Caddy', startCaddy);
testSubpath('Caddy', startCaddy);
