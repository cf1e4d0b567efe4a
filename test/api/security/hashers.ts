import { PasswordHasher } from '../../../src/security/password.ts';
import type { ScryptCost } from '../../../src/security/password.ts';
import { CHEAP_COST } from '../../helpers/service.ts';

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

/** Once it is told to hold, no hash ends before it is told to let go. */
export class HeldHasher extends CountingHasher {
  #gate: Promise<void> | null = null;
  #open: () => void = () => {};
  #onHeld: () => void = () => {};

  /** @returns once a hash is held up */
  hold(): Promise<void> {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
    return new Promise((resolve) => (this.#onHeld = resolve));
  }

  letGo(): void {
    this.#gate = null;
    this.#open();
  }

  protected override async derive(password: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    const hash = await super.derive(password, salt, cost);
    if (this.#gate === null) return hash;
    this.#onHeld();
    await this.#gate;
    return hash;
  }
}
