/** The agent as one file, as it is packaged, that ends with the test that started it. */
import '../../../demo/leave-with-parent';
import '../../../agent/main';
