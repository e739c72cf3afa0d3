import type { TerminalEnds } from '../../sandbox/players.ts';
import type { AdapterDefinition } from '../chat/port.ts';

export class TerminalPipe implements TerminalEnds {
  replace(definition: AdapterDefinition): AdapterDefinition {
    return definition;
  }
  type(line: string): void {
    void line;
  }
  async printed(): Promise<string> {
    await Promise.resolve();
    return 'What is a lease? This is turn';
  }
}
