/// The description of what a context holds, as the compiler emits it.
///
/// Three 32-bit counts: captures, metadata sources, bindings. Then a relative pointer to a mangled type name per
/// capture, and two per metadata source: to a generic parameter's name and to where its metadata is found.
struct CaptureDescriptor: Sendable {
    let captures: [CaptureName]
    let sources: [(parameter: GenericArguments.Parameter, source: MetadataSource)]
    let bindingCount: Int
    /// Whether a source has a form that is not understood.
    let hasUnknownSources: Bool

    /// Reads a descriptor that is known to be in the image's list of them.
    init(at address: UInt, in image: LoadedImage) throws(ClosureCodingError) {
        let memory = Memory(address)
        let captureCount = Int(memory.uint32(0))
        let sourceCount = Int(memory.uint32(4))
        bindingCount = Int(memory.uint32(8))
        guard bindingCount < 0x1000 else {
            throw .unsupportedRuntime("a capture descriptor has an unknown form")
        }
        var captures: [CaptureName] = []
        for index in 0..<captureCount {
            guard let name = CaptureName(at: memory.relative(12 + 4 * index), in: image) else {
                throw .unsupportedCapture(
                    "a value whose type the compiler left out of the program's metadata"
                )
            }
            captures.append(name)
        }
        self.captures = captures
        var sources: [(GenericArguments.Parameter, MetadataSource)] = []
        var hasUnknownSources = false
        for index in 0..<sourceCount {
            let position = 12 + 4 * captureCount + 8 * index
            guard let parameter = CaptureName(at: memory.relative(position), in: image),
                let source = CaptureName(at: memory.relative(position + 4), in: image)
            else { throw .unsupportedRuntime("a metadata source has an unknown form") }
            if let parameter = GenericArguments.Parameter(parameter.text),
                let source = MetadataSource(source.text)
            {
                sources.append((parameter, source))
            } else {
                hasUnknownSources = true
            }
        }
        self.sources = sources
        self.hasUnknownSources = hasUnknownSources
    }

    /// Whether all generic parameters are found among the bindings, so that nothing else needs to travel for them.
    var needsExplicitArguments: Bool { sources.contains { !$0.source.isBinding } }
}
