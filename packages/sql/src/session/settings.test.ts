import { describe, expect, it } from 'vitest';
import { SETTING_NAMES, Settings } from './settings.ts';

describe('settings', () => {
  it('read numbers with units, words and lists as PostgreSQL does', () => {
    const settings = new Settings();
    const shown = (name: string, value: string): string => {
      settings.set(name, value);
      return settings.show(name);
    };
    expect(shown('statement_timeout', '1min')).toBe('60000');
    expect(shown('statement_timeout', ' 250 ')).toBe('250');
    expect(shown('alopex.buffer_pool_size', '256MB')).toBe('256MB');
    expect(shown('alopex.vector_exact', 'TRUE')).toBe('on');
    expect(shown('default_transaction_isolation', 'READ COMMITTED')).toBe('read committed');
    expect(settings.resolved).toMatchObject({
      statementTimeoutMs: 250,
      memoryBytesMax: 256 * 1_048_576,
      vectorExact: true,
      isolation: 'read committed',
    });
  });

  it('refuse what they do not know and values they cannot have', () => {
    const settings = new Settings();
    const codes = [
      ['statement_timeout', '-1'],
      ['statement_timeout', '9999d'],
      ['alopex.buffer_pool_size', '1B'],
      ['alopex.durability', 'sometimes'],
      ['server_version', '16'],
      ['timezone', 'Mars'],
    ] as const;
    for (const [name, value] of codes) {
      expect(() => settings.set(name, value), name).toThrow(
        expect.objectContaining({ code: 'ALX_UNKNOWN_OPTION' }),
      );
    }
    expect(() => settings.show('toString')).toThrow(
      expect.objectContaining({ code: 'ALX_UNKNOWN_SETTING' }),
    );
  });

  it('start as those they inherit from, and go back to that', () => {
    const database = new Settings();
    database.set('statement_timeout', '5s');
    const session = new Settings(database);
    session.set('statement_timeout', '1s');
    expect([database.show('statement_timeout'), session.show('statement_timeout')]).toEqual([
      '5000',
      '1000',
    ]);
    session.reset('all');
    expect(session.show('statement_timeout')).toBe('5000');
    expect(
      SETTING_NAMES.map((name) => session.show(name)).every((text) => text !== undefined),
    ).toBe(true);
  });
});
