/** Python's enumerate for anything that `for await` takes: [0, first], [1, second], … */
export async function* enumerate<T>(
  items: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<readonly [index: number, item: T], void, undefined> {
  let index = 0;
  for await (const item of items) yield [index++, item];
}
