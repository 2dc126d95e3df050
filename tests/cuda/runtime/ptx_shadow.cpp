/* SPDX-License-Identifier: MIT */
#include "ptx_shadow.h"

namespace ptx {

static bool happened_before(const Access &then, const Access &now, const Clocks &clocks) {
    if (then.clock == 0) return true;
    if (then.block != now.block) return false;
    return then.thread == now.thread || clocks.knows(now.thread, then.thread, then.clock);
}

const Access *AccessSet::unordered(const Access &now, const Clocks &clocks) const {
    for (const Access *const then : {&first, &second, &foreign})
        if (!happened_before(*then, now, clocks)) return then;
    return nullptr;
}

void AccessSet::add(const Access &now, const Clocks &clocks) {
    if (first.clock != 0 && first.block != now.block) {
        foreign = now;
    } else if (happened_before(first, now, clocks)) {
        first = now;
        if (happened_before(second, now, clocks)) second = Access();
    } else if (happened_before(second, now, clocks) || second.thread / 32 == first.thread / 32) {
        second = now;
    }
}

/* nullptr: no race. */
static const Access *race(const Cell &cell, Mode mode, const Access &now, const Clocks &clocks,
                          Conflict::Kind *kind) {
    if (!(mode == Mode::atomic && cell.atomic)) {
        *kind = Conflict::with_writer;
        const Access *const writer = cell.writers.unordered(now, clocks);
        if (writer) return writer;
    }
    *kind = Conflict::with_reader;
    return mode == Mode::read ? nullptr : cell.readers.unordered(now, clocks);
}

/* Precondition: no race. What happened before a plain write need not be known any longer: what
 * races with it races with the write too. */
static void add(Cell &cell, Mode mode, const Access &now, const Clocks &clocks) {
    if (mode == Mode::read) {
        cell.readers.add(now, clocks);
    } else if (mode == Mode::atomic && cell.atomic) {
        cell.writers.add(now, clocks);
    } else {
        cell.atomic = mode == Mode::atomic;
        cell.writers = AccessSet();
        cell.writers.first = now;
        if (mode == Mode::write) cell.readers = AccessSet();
    }
}

void Shadow::split(Page &page) {
    auto cells = std::make_unique<Cell[]>(PAGE);
    for (uint64_t i = 0; i < PAGE && page.cells; i++) cells[i] = page.cells[i / 4];
    page.cells = std::move(cells);
    page.bytes = true;
}

Conflict Shadow::note(uint64_t offset, unsigned size, Mode mode, bool read_only, const Access &now,
                      const Clocks &clocks) {
    Conflict conflict;
    for (uint64_t at = offset; at < offset + size;) {
        Page &page = pages[at / PAGE];
        if (size < 4 && !page.bytes) split(page);
        if (!page.cells) page.cells = std::make_unique<Cell[]>(PAGE / 4);
        Cell &cell = page.cells[page.bytes ? at % PAGE : at % PAGE / 4];
        if (cell.epoch != epoch) {
            cell = Cell();
            cell.epoch = epoch;
        }
        conflict.offset = at;
        if (read_only && cell.writers.first.clock != 0) {
            conflict.kind = Conflict::written_read_only;
            conflict.other = cell.writers.first;
            return conflict;
        }
        if (mode != Mode::read && cell.read_only) {
            conflict.kind = Conflict::read_only_written;
            conflict.other = cell.readers.first;
            return conflict;
        }
        const Access *const other = race(cell, mode, now, clocks, &conflict.kind);
        if (other) {
            conflict.other = *other;
            return conflict;
        }
        add(cell, mode, now, clocks);
        cell.read_only = cell.read_only || read_only;
        at += page.bytes ? 1 : 4;
    }
    conflict.kind = Conflict::none;
    return conflict;
}

} // namespace ptx
