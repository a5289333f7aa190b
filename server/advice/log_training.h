/* SPDX-License-Identifier: MIT */
/*
 * The course of a training run, as a log shows it: the loss with which each epoch ended.
 * It is a fact for rules like a version that the log names; whether it says anything is
 * theirs to judge.
 */
#ifndef TRILANE_ADVICE_LOG_TRAINING_H
#define TRILANE_ADVICE_LOG_TRAINING_H

#include <jansson.h>

#include "trilane/str.h"

/* {"epochs","lowest","last","growth": last / lowest,"rising": epochs in a row, at the
 * end, each of which ended worse than the one before}; NULL for less than two epochs.
 * TEXT is normalised (log_text.h).  New reference. */
json_t *log_training(const struct str *text);

#endif
