/** Model files in safetensors that are several files, told by their index; read only. */
import { latin1Text } from '../../formats/latin1.ts';
import { openShardedSafetensors } from '../../formats/shardedSafetensors.ts';
import type { ModelFormat } from './modelFormat.ts';
import { descriptionKey } from './safetensors.ts';

export const shardedSafetensorsFormat: ModelFormat = {
  name: 'safetensors in parts',
  extensions: ['.safetensors.index.json'],
  recognises: ({ bytes }) => /^\s*\{\s*"/.test(latin1Text(bytes)),
  open: async (index) => {
    const file = await openShardedSafetensors(index);
    return { ...file, about: file.metadata[descriptionKey] };
  },
};
