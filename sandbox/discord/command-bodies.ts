import { z } from 'zod';

const name = z
  .string()
  .regex(/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u)
  .refine((value) => value === value.toLowerCase(), 'must be lower case');

const description = z.string().min(1).max(100);

const option = z
  .looseObject({
    type: z.int().min(1).max(11),
    name,
    description,
    required: z.boolean().default(false),
    choices: z
      .array(z.looseObject({ name: z.string().min(1).max(100) }))
      .max(25)
      .optional(),
    min_length: z.int().min(0).max(6000).optional(),
    max_length: z.int().min(1).max(6000).optional(),
    autocomplete: z.boolean().optional(),
  })
  .refine(({ autocomplete, choices }) => autocomplete !== true || choices === undefined, {
    message: 'Autocomplete and choices exclude each other',
  });

/** One slash command. */
export const commandBody = z.looseObject({
  type: z.literal(1).default(1),
  name,
  description,
  options: z
    .array(option)
    .max(25)
    .refine((options) => requiredFirst(options), {
      message: 'Required options must be placed before non-required options',
      params: { code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID' },
    })
    .default([]),
  contexts: z.array(z.int().min(0).max(2)).nullable().default(null),
});

/** All slash commands at once: at most 100, each name once. */
export const commandsBody = z
  .array(commandBody)
  .max(100)
  .refine((commands) => new Set(commands.map((command) => command.name)).size === commands.length, {
    message: 'Application command names must be unique',
    params: { code: 'APPLICATION_COMMANDS_DUPLICATE_NAME' },
  });

function requiredFirst(options: readonly { required: boolean }[]): boolean {
  const firstOptional = options.findIndex(({ required }) => !required);
  return firstOptional === -1 || options.slice(firstOptional).every(({ required }) => !required);
}
