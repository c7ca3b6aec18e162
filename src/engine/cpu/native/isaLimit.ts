import { alexnetError } from '../../../errors.ts';

/** The best instruction set that the engine may use. */
export type IsaLimit = 'avx512' | 'avx2';

const limits: readonly IsaLimit[] = ['avx512', 'avx2'];

/** What the environment variable ALEXNET_ISA says; undefined for no limit. Throws ALEX_OPTION_VALUE. */
export function isaLimit(): IsaLimit | undefined {
  const value = process.env['ALEXNET_ISA'];
  if (!value) return undefined;
  const found = limits.find((limit) => limit === value);
  if (found) return found;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'ALEXNET_ISA', value, expected: limits.join(' or ') });
}
