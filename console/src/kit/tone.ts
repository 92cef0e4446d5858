/** What a colour stands for. */
export type Tone = 'ok' | 'bad' | 'wait' | 'off';
