/// Keyed containers that were used before and are used again.
///
/// The standard library puts every container into an object of its own. To make one means to look up several generic types and to
/// allocate, which takes longer than to write or read a few fields. So the objects are kept, by the type of their keys and how deep they were used; one to
/// which nobody else refers any more is taken again, and what it writes or reads finds the place in its slot here.
struct ContainerCache<Place> {
    private struct Slot {
        var keyType: ObjectIdentifier?
        var kept: KeptContainer?
        var place: Place
    }

    private static var slotCount: Int { 32 }
    // Allocated once and never freed, as the state is never to which it belongs.
    private let slots: UnsafeMutablePointer<Slot>

    init(noPlace: Place) {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(place: noPlace), count: Self.slotCount)
    }

    /// The place that the container in a slot is for.
    @inline(__always)
    func place(at slot: Int) -> Place {
        slots[slot].place
    }

    /// Where a container whose keys are of a type is kept, if it is used at a level.
    @inline(__always)
    func slot(keyedBy keyType: ObjectIdentifier, level: Int) -> Int {
        let address = UInt(bitPattern: keyType)
        let hash = (address >> 4) ^ (address >> 9) ^ UInt(truncatingIfNeeded: level)
        return Int(truncatingIfNeeded: hash & UInt(Self.slotCount - 1))
    }

    /// The container in a slot, now for another place; `nil` if there is none with keys of the type, or somebody has it.
    @inline(__always)
    func reuse(_ slot: Int, keyedBy keyType: ObjectIdentifier, for place: Place) -> KeptContainer? {
        guard slots[slot].keyType == keyType, let kept = slots[slot].kept, kept.isFree else {
            return nil
        }
        slots[slot].place = place
        return kept
    }

    /// Whether nobody has the container in a slot, if there is one.
    func isFree(_ slot: Int) -> Bool {
        slots[slot].kept?.isFree ?? true
    }

    /// Keeps a container.
    func keep<Container>(
        _ container: Container,
        in slot: Int,
        keyedBy keyType: ObjectIdentifier,
        for place: Place
    ) {
        // If it were more than a reference to its object, nobody could tell who has it.
        if MemoryLayout<Container>.size == MemoryLayout<AnyObject>.size {
            slots[slot] = Slot(keyType: keyType, kept: TypedKeptContainer(container), place: place)
        }
    }
}

/// A container that is used again.
class KeptContainer {
    /// The container's only part.
    fileprivate let object: UnsafeMutablePointer<AnyObject>

    fileprivate init(_ object: UnsafeMutablePointer<AnyObject>) {
        self.object = object
    }

    @inline(__always)
    fileprivate var isFree: Bool {
        isKnownUniquelyReferenced(&object.pointee)
    }

    /// The container, which must be of this type.
    // In an object that knows the type, since to look up the type of a container for a copy takes longer than to write a few fields.
    @inline(__always)
    func container<Container>() -> Container {
        unsafeDowncast(self, to: TypedKeptContainer<Container>.self).copy()
    }
}

private final class TypedKeptContainer<Container>: KeptContainer {
    private let memory: UnsafeMutablePointer<Container>

    init(_ container: Container) {
        memory = .allocate(capacity: 1)
        memory.initialize(to: container)
        super.init(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: AnyObject.self))
    }

    deinit {
        memory.deinitialize(count: 1)
        memory.deallocate()
    }

    @inline(never)
    func copy() -> Container {
        memory.pointee
    }
}
