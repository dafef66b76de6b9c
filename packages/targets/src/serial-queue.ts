/** Runs tasks one after another, in the order they came; a failing task does not stop the next. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  run<Value>(task: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }
}
