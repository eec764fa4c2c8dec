/** Loaded into each program of the demo: one that is killed takes all of its programs along. */
import process from 'node:process';

/** The channel to the program that started this one breaks when that one is gone, however it went. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
