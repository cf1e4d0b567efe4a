import { openModels } from './stored-models.ts';

/** A process that opens the store of the directory it is given, says so, and holds it until it is killed. */
const [, , directory = ''] = process.argv;
await openModels(directory);
console.log('open');
setInterval(() => {}, 60_000);
