/** Events as TensorBoard reads them; field numbers are those of its event.proto, summary.proto and tensor.proto. */
import {
  doubleField,
  floatField,
  messageField,
  numberField,
  textField,
  type Pieces,
} from '../protobuf/encode.ts';
import { tfRecord } from './record.ts';

/** TensorFlow's number for strings. */
const stringType = 7;
const sessionStarts = 1;

/** The first record of a file: what kind of file it is. `wallTime` is in seconds since 1970. */
export function fileVersionRecord(wallTime: number): Uint8Array {
  return record(wallTime, 0, textField(3, 'brain.Event:2'));
}

/** Says that from this step on, what earlier files of the folder tell is void: a run was resumed there. */
export function restartRecord(wallTime: number, step: number): Uint8Array {
  return record(wallTime, step, messageField(7, numberField(1, sessionStarts)));
}

/** Numbers of one step by tag; a tag's part before the slash is its group on the page. */
export function scalarsRecord(
  wallTime: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) =>
    messageField(1, [...textField(1, tag), ...floatField(2, value)]),
  );
  return record(wallTime, step, messageField(5, values));
}

/** Text, in Markdown, for the page's tab of texts. */
export function textRecord(wallTime: number, step: number, tag: string, markdown: string): Uint8Array {
  const plugin = messageField(9, messageField(1, textField(1, 'text')));
  const shape = messageField(2, messageField(2, numberField(1, 1)));
  const tensor = messageField(8, [...numberField(1, stringType), ...shape, ...textField(8, markdown)]);
  const value = messageField(1, [...textField(1, tag), ...tensor, ...plugin]);
  return record(wallTime, step, messageField(5, value));
}

function record(wallTime: number, step: number, what: Pieces): Uint8Array {
  const at = step === 0 ? [] : numberField(2, step);
  return tfRecord(Buffer.concat([...doubleField(1, wallTime), ...at, ...what]));
}
