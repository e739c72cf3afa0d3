import type { Role } from './role.ts';
export const doctor: Role = async () => {
  await Promise.resolve();
  return 0;
};
