/* SPDX-License-Identifier: MIT */
/* Every access to memory is checked here: bounds, alignment, races, and reads of what nobody wrote.
 */
#include <map>

#include "ptx_execute.h"

namespace ptx {

static const char *name_of(Space space) {
    switch (space) {
    case Space::shared:
        return "shared";
    case Space::local:
        return "local";
    case Space::constant:
        return "constant";
    case Space::parameter:
    case Space::frame:
        return "parameter";
    default:
        return "global";
    }
}

static const char *name_of(Mode mode) {
    return mode == Mode::read ? "read" : mode == Mode::write ? "write" : "atomic operation";
}

static Space space_of(uint64_t address) {
    switch (address & WINDOW_MASK) {
    case SHARED_WINDOW:
        return Space::shared;
    case LOCAL_WINDOW:
        return Space::local;
    case CONSTANT_WINDOW:
        return Space::constant;
    case PARAMETER_WINDOW:
        return Space::parameter;
    default:
        return Space::global;
    }
}

/* Accesses have 1 to 16 bytes. */
static bool all_set(const uint8_t *flags, unsigned count) {
    static const uint8_t set[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    if (count == 4) return memcmp(flags, set, 4) == 0; /* one comparison, for the compiler */
    return memcmp(flags, set, count) == 0;
}

/* ---- Races ---- */

static const char *how(Conflict::Kind kind, bool atomic) {
    if (kind == Conflict::with_reader || kind == Conflict::read_only_written) return "read";
    return atomic ? "changed" : "written";
}

[[noreturn]] static void report_race(const Thread &t, Space space, const std::string &place,
                                     Mode mode, const Conflict &conflict) {
    const Launch &launch = *t.block->launch;
    const std::string other = describe_thread(launch, conflict.other.block, conflict.other.thread);
    const std::string where = describe_instruction(*launch.module, conflict.other.instruction);
    if (conflict.kind == Conflict::written_read_only ||
        conflict.kind == Conflict::read_only_written)
        fault(t,
              "ld.global.nc reads what the same launch writes: %s of %s here, %s by %s at %s; is a "
              "const __restrict__ wrong?",
              name_of(mode), place.c_str(), how(conflict.kind, false), other.c_str(),
              where.c_str());
    fault(t, "data race in %s memory: %s of %s here, %s by %s at %s, and no barrier between",
          name_of(space), name_of(mode), place.c_str(), how(conflict.kind, false), other.c_str(),
          where.c_str());
}

static Access access_of(const Thread &t) {
    Access now;
    now.block = t.block->number;
    now.clock = t.block->clocks.now(t.number);
    now.thread = t.number & 1023;
    now.instruction = (t.pc - 1) & ((1u << 22) - 1);
    return now;
}

/* ---- Global memory ---- */

void forget_region(Allocation &allocation) {
    delete static_cast<Region *>(allocation.executor_data);
    allocation.executor_data = nullptr;
}

/* The module's own variables; modules live as long as the process. */
static Region *region_of_variable(const Module &module, uint64_t address) {
    static auto &regions = *new std::map<uint64_t, Region>;
    for (const Variable &variable : module.globals.variables) {
        if (address < variable.address || address - variable.address >= variable.size) continue;
        Region &region = regions[variable.address];
        if (!region.shadow) {
            region.start = variable.address;
            region.size = variable.size;
            region.written = nullptr;
            region.shadow = std::make_unique<Shadow>(variable.size);
            region.allocation = nullptr;
            region.name = variable.name;
        }
        return &region;
    }
    return nullptr;
}

static Region *find_region(const Module &module, uint64_t address) {
    Allocation *const allocation = memory_find(address);
    if (!allocation) return region_of_variable(module, address);
    if (!allocation->alive) return nullptr;
    if (!allocation->executor_data) {
        auto *const made = new Region();
        made->start = reinterpret_cast<uint64_t>(allocation->data);
        made->size = allocation->size;
        made->written = allocation->written;
        made->shadow = std::make_unique<Shadow>(allocation->size);
        made->allocation = allocation;
        allocation->executor_data = made;
    }
    return static_cast<Region *>(allocation->executor_data);
}

static bool holds(const Region &region, uint64_t address, unsigned size) {
    return address >= region.start && size <= region.size &&
           address - region.start <= region.size - size;
}

static std::string place_in(const Region *region, uint64_t address) {
    if (!region || region->allocation) return memory_describe(address);
    return "byte " + std::to_string(address - region->start) + " of the variable " + region->name;
}

static uint8_t *global_at(Thread &t, const Instruction &i, uint64_t address, unsigned size,
                          Mode mode) {
    Launch &launch = *t.block->launch;
    Region *&region = launch.region_of[t.pc - 1];
    if (!region || !holds(*region, address, size)) {
        region = find_region(*launch.module, address);
        if (!region)
            fault(t, "%s of %u bytes at %#lx: %s", name_of(mode), size,
                  static_cast<unsigned long>(address), memory_describe(address).c_str());
        if (!holds(*region, address, size))
            fault(t, "%s of %u bytes out of bounds: %s", name_of(mode), size,
                  place_in(region, address).c_str());
    }
    const uint64_t offset = address - region->start;
    if (mode != Mode::write && region->written && !all_set(region->written + offset, size))
        fault(t, "%s of global memory that nobody has written: %u bytes at %s", name_of(mode), size,
              place_in(region, address).c_str());
    region->shadow->set_epoch(launch.epoch);
    const Conflict conflict = region->shadow->note(offset, size, mode, i.read_only, access_of(t),
                                                   t.block->clocks);
    if (conflict.kind != Conflict::none)
        report_race(t, Space::global, place_in(region, region->start + conflict.offset), mode,
                    conflict);
    if (mode != Mode::read && region->written) memset(region->written + offset, 1, size);
    return reinterpret_cast<uint8_t *>(address);
}

/* ---- Shared memory ---- */

static std::string describe_shared(const Launch &launch, uint64_t offset) {
    const Variable *before = nullptr;
    for (const auto *list : {&launch.module->shared, &launch.function->shared})
        for (const Variable &variable : *list)
            if (variable.address <= offset && (!before || before->address < variable.address))
                before = &variable;
    const unsigned dynamic = launch.configuration.dynamic_shared;
    if (dynamic && offset >= launch.dynamic_base)
        return "byte " + std::to_string(offset - launch.dynamic_base) +
               " of the dynamic shared memory (" + std::to_string(dynamic) + " bytes)";
    if (!before) return "offset " + std::to_string(offset);
    return "byte " + std::to_string(offset - before->address) + " of " + before->name + " (" +
           std::to_string(before->size) + " bytes)";
}

static uint8_t *shared_at(Thread &t, uint64_t offset, unsigned size, Mode mode) {
    Block &block = *t.block;
    const std::vector<uint16_t> &owner = block.launch->shared_owner;
    if (offset >= owner.size() || size > owner.size() - offset || owner[offset] == 0 ||
        owner[offset] != owner[offset + size - 1])
        fault(t, "%s of %u bytes out of bounds of shared memory: %s", name_of(mode), size,
              describe_shared(*block.launch, offset).c_str());
    if (mode != Mode::write && !all_set(&block.shared_written[offset], size))
        fault(t, "%s of uninitialised shared memory: %s", name_of(mode),
              describe_shared(*block.launch, offset).c_str());
    const Conflict conflict = block.shadow->note(offset, size, mode, false, access_of(t),
                                                 block.clocks);
    if (conflict.kind != Conflict::none)
        report_race(t, Space::shared, describe_shared(*block.launch, conflict.offset), mode,
                    conflict);
    if (mode != Mode::read) memset(&block.shared_written[offset], 1, size);
    return &block.shared[offset];
}

/* ---- What belongs to one thread, or changes never ---- */

static uint8_t *local_at(Thread &t, uint64_t offset, unsigned size, Mode mode) {
    for (const Frame &frame : t.frames) {
        const uint64_t bytes = frame.function->local_size;
        if (offset < frame.local || size > bytes || offset - frame.local > bytes - size) continue;
        if (mode == Mode::read && !all_set(&t.local_written[offset], size))
            fault(t, "read of uninitialised local memory: byte %lu of %s's %lu",
                  static_cast<unsigned long>(offset - frame.local), frame.function->name.c_str(),
                  static_cast<unsigned long>(bytes));
        if (mode != Mode::read) memset(&t.local_written[offset], 1, size);
        return &t.local[offset];
    }
    fault(t, "%s of %u bytes out of bounds of local memory, at %ld", name_of(mode), size,
          static_cast<long>(offset - t.frames.back().local));
}

static uint8_t *constant_at(Thread &t, uint64_t address, unsigned size) {
    for (const Variable &variable : t.block->launch->module->constants.variables)
        if (address >= variable.address && size <= variable.size &&
            address - variable.address <= variable.size - size)
            return reinterpret_cast<uint8_t *>(address);
    fault(t, "read of %u bytes out of bounds of constant memory", size);
}

static uint8_t *parameter_at(Thread &t, uint64_t offset, unsigned size) {
    Launch &launch = *t.block->launch;
    if (size > launch.parameters.size() || offset > launch.parameters.size() - size)
        fault(t, "read of %u bytes out of bounds of the kernel's parameters, at %lu", size,
              static_cast<unsigned long>(offset));
    return &launch.parameters[offset];
}

uint8_t *frame_at(Thread &t, uint64_t offset, uint64_t size) {
    const Frame &frame = t.frames.back();
    if (size > frame.function->frame_size || offset > frame.function->frame_size - size)
        fault(t, "access out of bounds of a call's parameters");
    return &t.parameters[frame.parameters + offset];
}

uint8_t *memory_at(Thread &t, const Instruction &i, uint64_t address, unsigned size, Mode mode) {
    Space space = i.space;
    if (space == Space::generic) {
        space = space_of(address);
        address &= ~WINDOW_MASK;
    }
    if (address & (size - 1)) /* sizes are powers of two */
        fault(t, "misaligned %s of %u bytes at %s address %#lx", name_of(mode), size,
              name_of(space), static_cast<unsigned long>(address));
    switch (space) {
    case Space::shared:
        return shared_at(t, address, size, mode);
    case Space::local:
        return local_at(t, address, size, mode);
    case Space::frame:
        return frame_at(t, address, size);
    case Space::global:
        return global_at(t, i, address, size, mode);
    default:
        break;
    }
    if (mode != Mode::read) fault(t, "%s of %s memory", name_of(mode), name_of(space));
    return space == Space::constant ? constant_at(t, address, size)
                                    : parameter_at(t, address, size);
}

} // namespace ptx
