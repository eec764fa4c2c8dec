/**
 * Stands in for Atlassian's `__forge__.cjs`, which is not published: the entry point that the platform calls.
 * Forge's bundler puts it beside the app's code because FORGE_RUNTIME_PATH points here.
 */
'use strict';

const path = require('node:path');

const directory = process.env.FORGE_EFS_RUNTIME_PATH || __dirname;
const wrapperFile = process.env.FORGE_CUSTOM_WRAPPER_FILE_NAME || '__forge_wrapper__.cjs';
const wrapper = require(path.join(directory, wrapperFile));

/** One invocation: what the platform sent, and the clock that ends it. */
exports.main = (event, lambdaContext) => wrapper.invoke(directory, event, lambdaContext);

/** Loads the app's modules before the first call, as a warm container has them. */
exports.warm = () => wrapper.warm(directory);
