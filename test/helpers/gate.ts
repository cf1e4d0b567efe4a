/** A place in the code under test that can be closed for a while. */
export class Gate {
  #closed: Promise<void> | null = null;
  #open: () => void = () => {};
  #onHeld: () => void = () => {};

  /** Closes the gate. @returns once somebody stands before it */
  hold(): Promise<void> {
    this.#closed = new Promise((resolve) => (this.#open = resolve));
    return new Promise((resolve) => (this.#onHeld = resolve));
  }

  letGo(): void {
    this.#closed = null;
    this.#open();
  }

  /** To be awaited by whoever the gate may hold up. */
  async pass(): Promise<void> {
    if (this.#closed === null) return;
    this.#onHeld();
    await this.#closed;
  }
}
