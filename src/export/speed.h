/* SPDX-License-Identifier: MIT */
/* How fast exported files are. */
#ifndef TG_EXPORT_SPEED_H
#define TG_EXPORT_SPEED_H

#include "export/exported.h"

/* The seconds that the dense layers of one prediction take on this thread: the code that is
 * exported, as the library's compiler made it. */
tg_status tg_export_measure(const tg_exported *exported, double *seconds);

#endif
