/** Two builds of our server against each other: what a change is worth, in the same minutes on the same machine. */
import { makeDataDirectory } from './data-directory.mjs';
import { ourServer } from './servers.mjs';
import { median, medians } from './statistics.mjs';
import { visit } from './throughput.mjs';

/**
 * @param {import('./context.mjs').Context} context its `dist` is the first build
 * @param {string} otherDist the second build
 * @param {string} authType
 * @returns {Promise<object[]>} a row a build; `ratioToFirst` is the median over the rounds of the paired ratio
 */
export async function compareBuilds(context, otherDist, authType) {
  const builds = [];
  for (const dist of [context.dist, otherDist]) {
    // A directory each: the two may not write the same format.
    const { directory } = await makeDataDirectory({ ...context, dist }, { users: 1, sessions: 0 });
    const server = ourServer({ ...context, dist }, { name: `${authType}, ${dist}`, authType, directory });
    builds.push({ server, rounds: [] });
  }
  for (let round = 0; round < context.settings.rounds; round++) {
    for (const build of round % 2 === 0 ? builds : builds.toReversed()) {
      build.rounds.push(await visit(context, build.server));
    }
    const [first, second] = builds.map(({ rounds }) => rounds[round].requestsPerSecond);
    context.progress(`round ${round + 1}: second/first ${(second / first).toFixed(3)}`);
  }
  return builds.map(({ server, rounds }) => ({
    name: server.name,
    ...medians(rounds),
    ratioToFirst: median(rounds.map((figures, at) => (
      figures.requestsPerSecond / builds[0].rounds[at].requestsPerSecond
    ))),
  }));
}
