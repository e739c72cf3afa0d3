/**
 * What the asker reads when a command could not be taken in. It stands here and not in the
 * program's catalogue because it is said when the program's store is out of reach.
 */
export function sorry(locale: string | undefined): string {
  return locale?.startsWith('zh') === true
    ? '抱歉，我现在无法接收消息。请稍后再试。'
    : 'Sorry, I cannot take that in right now. Please try again in a minute.';
}
