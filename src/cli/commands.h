/** The program's subcommands. Each takes the arguments behind the program's name, its own first, and returns the exit
 *  status: 0 all done, 1 done but some inputs failed, 2 nothing was done. */
#ifndef FRCNN_COMMANDS_H
#define FRCNN_COMMANDS_H

enum { FRCNN_EXIT_DONE = 0, FRCNN_EXIT_SOME_FAILED = 1, FRCNN_EXIT_NOTHING_DONE = 2 };

int frcnn_command_detect(int argc, char **argv);
int frcnn_command_info(int argc, char **argv);
int frcnn_command_bench(int argc, char **argv);
int frcnn_command_convert(int argc, char **argv);
int frcnn_command_anchors(int argc, char **argv);
int frcnn_command_anchors_dump(int argc, char **argv);
int frcnn_command_anchors_show(int argc, char **argv);
int frcnn_command_anchors_pin(int argc, char **argv);
int frcnn_command_anchors_check(int argc, char **argv);
int frcnn_command_anchors_suggest(int argc, char **argv);

#endif
