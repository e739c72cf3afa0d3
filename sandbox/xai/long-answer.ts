/** Markdown of more than 6,000 characters with all that makes splitting and rendering hard. */
export function longAnswer(topic: string): string {
  const about = topic.length > 80 ? `${topic.slice(0, 80)}…` : topic;
  return [
    `# A long answer\n\nYou asked: “${about}”. Here is one in several parts, so that you can see how a long answer reads in a chat: headings, lists, a table, a quotation and a long piece of code.`,
    `## Contents\n\n1. Some **bold**, *italic* and ~~struck~~ words\n2. A table\n3. A long piece of code\n4. Several paragraphs\n   - with a nested list\n   - and a [link](https://docs.x.ai/)\n5. A quotation`,
    `## A table\n\n| Part | Runs in | Survives a restart |\n| --- | --- | :-: |\n| Bridge | one process per account | yes |\n| Worker | as many as you like | yes |\n| Queue | Redis | yes |\n| This answer | your screen | \`no\` |`,
    `## A long piece of code\n\nThe fence below is longer than one message may be.\n\n\`\`\`typescript\n${code(60)}\n\`\`\``,
    `## Several paragraphs\n\n${Array.from({ length: 7 }, (_, at) => paragraph(at + 1)).join('\n\n')}`,
    `## Special characters\n\n- HTML that must stay text: \`<b>&amp;</b>\`, 1 < 2 & 3 > 2\n- Emoji of several code points: 👩‍🚀 👍🏽 🇨🇭\n- Inline code with a backtick: \`\` a \` b \`\`\n- Mathematics: x₁² + y₁² = z₁²`,
    `> A quotation that goes on\n> over two lines.\n\nThat was the whole answer; the last line is the proof that nothing was cut off. **End.**`,
  ].join('\n\n');
}

function code(functions: number): string {
  return Array.from(
    { length: functions },
    (_, at) =>
      `export function step${at + 1}(input: number): number {\n  return input * ${at + 2} + ${at};\n}`,
  ).join('\n\n');
}

function paragraph(number: number): string {
  return `Paragraph ${number}. A message may hold only so many characters, so a long text has to be taken apart where a reader would pause: between sections first, then between paragraphs, then between sentences, and only when nothing else is left inside a word. This paragraph is here to be long enough for that to matter.`;
}
