/* SPDX-License-Identifier: MIT */
/* What the page's script may call. A function that can fail returns a tg_status; page_message()
 * then tells what went wrong. Arrays belong to the module; they stay where they are. */
#ifndef PLAYGROUND_PAGE_H
#define PLAYGROUND_PAGE_H

#define PAGE(name) __attribute__((export_name(#name))) page_##name

#endif
