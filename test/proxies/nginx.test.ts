import { testHosts } from './contract.ts';
import { startNginx } from './start-proxy.ts';
import { testSubpath } from './subpath.ts';

testHosts('nginx', startNginx);
testSubpath('nginx', startNginx);
