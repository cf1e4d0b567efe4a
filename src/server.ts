#!/usr/bin/env node
import { main } from './cli/main.ts';

await main(process, ['serve', ...process.argv.slice(2)]);
