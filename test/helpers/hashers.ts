import { PasswordHasher } from '../../src/security/password.ts';
import type { ScryptCost } from '../../src/security/password.ts';
import { Gate } from './gate.ts';
import { CHEAP_COST } from './service.ts';

/** Remembers what each hash cost. */
export class CountingHasher extends PasswordHasher {
  readonly costs: ScryptCost[] = [];

  constructor(options: ConstructorParameters<typeof PasswordHasher>[0] = { cost: CHEAP_COST }) {
    super(options);
  }

  /** Hashes made since the last call. */
  taken(): number {
    return this.costs.splice(0).length;
  }

  protected override derive(password: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    this.costs.push(cost);
    return super.derive(password, salt, cost);
  }
}

/** No hash ends while its gate is closed. */
export class HeldHasher extends CountingHasher {
  readonly gate = new Gate();

  protected override async derive(password: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    const hash = await super.derive(password, salt, cost);
    await this.gate.pass();
    return hash;
  }
}
