/** The addon's shape is declared in src/native.ts, the only file that imports this one. */
declare const addon: import('../src/native.ts').Addon
export = addon
