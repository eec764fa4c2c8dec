/** A port whose calls can be stopped: before they have their effect, and before their answer arrives. */

/** The same port; each call of the named ones goes past `pass` twice, and no further while that does not resolve. */
export const passingBy = <Port extends object>(
  pass: () => Promise<void>,
  port: Port,
  names: readonly string[],
): Port =>
  new Proxy(port, {
    get: (of, name, receiver) => {
      const member: unknown = Reflect.get(of, name, receiver);
      if (typeof member !== 'function' || !names.includes(String(name))) return member;
      return async (...words: unknown[]) => {
        await pass();
        const answer: unknown = await Reflect.apply(member, of, words);
        await pass();
        return answer;
      };
    },
  });
