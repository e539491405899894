/* model_build.h: the steps in which a model is built, shared only among the files model*.c. */
#ifndef OCTOVIZ_MODEL_BUILD_H
#define OCTOVIZ_MODEL_BUILD_H

#include "viz/model.h"

void model_list_add(struct model_list *list, uint32_t value);
void model_build_pairs(struct model *model);     /* pairs, first_pair, record_pair, node_records */
void model_build_copies(struct model *model);    /* packets and copies; needs pairs */
void model_build_duels(struct model *model);     /* duels; needs pairs and packets */
void model_build_keyframes(struct model *model); /* needs pairs */

#endif
