/// A program that starts ranks, such as `/usr/bin/mpirun`.
package struct Launcher: Codable, Sendable, Hashable {
    /// Where it is, as `PATH` leads to it.
    package var path: String
    /// The file that this is in the end, behind all symbolic links.
    package var file: String
    /// What it calls itself, with its version; empty if it does not say.
    package var description: String

    package init(path: String, file: String? = nil, description: String) {
        self.path = path
        self.file = file ?? path
        self.description = description
    }

    package var implementation: MPIImplementation { MPIImplementation(description) }

    /// How this launcher is told what all launchers can be told.
    package func arguments(hostFile: String?, hosts: String?, ranks: Int?) -> [String] {
        let isHydra = implementation.make == .mpich
        var words: [String] = []
        if let hostFile { words += [isHydra ? "-f" : "--hostfile", hostFile] }
        if let hosts { words += [isHydra ? "-hosts" : "--host", hosts] }
        if let ranks { words += ["-n", String(ranks)] }
        return words
    }

    /// What a launcher calls itself in the lines that `--version` prints: the first one; Hydra's has its version further down.
    package static func description(inLines lines: [String]) -> String? {
        guard let first = lines.first(where: { !$0.isEmpty }) else { return nil }
        if MPIImplementation.version(in: first) != nil { return first }
        guard let version = lines.lazy.compactMap({ MPIImplementation.version(in: $0) }).first else {
            return first
        }
        return "\(first.prefix { !$0.isWhitespace }) \(version)"
    }
}
