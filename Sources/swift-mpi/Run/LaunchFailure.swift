import RankLaunching

/// Why nothing was launched; each has the exit status that a shell has for it.
enum LaunchFailure: Error, Equatable {
    case noProgram(String, isInThisFolder: Bool)
    case notExecutable(String, isFolder: Bool)
    case noLauncher(library: String, others: [Launcher])
    case cannotExecute(String, reason: String)

    var exitStatus: Int32 {
        switch self {
        case .noProgram, .noLauncher: 127
        case .notExecutable, .cannotExecute: 126
        }
    }
}

extension LaunchFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .noProgram(let name, isInThisFolder: true):
            "\(name) is not in PATH; for the one in this folder write ./\(name)"
        case .noProgram(let name, isInThisFolder: false):
            name.contains("/")
                ? "there is no program \(name)" : "there is no program \(name) in PATH, nor in this folder"
        case .notExecutable(let path, isFolder: true):
            "\(path) is a folder, not a program"
        case .notExecutable(let path, isFolder: false):
            "\(path) may not be executed: chmod +x \(path), if it is a program"
        case .noLauncher(let library, let others) where others.isEmpty:
            """
            there is no mpirun, neither in PATH nor beside the library \(library). \(Self.installation(for: library))
            """
        case .noLauncher(let library, let others):
            """
            there is no mpirun of the library that this program uses, \(library); only \
            \(others.map { "\($0.path) (\($0.description))" }.joined(separator: ", ")). \
            \(Self.installation(for: library)) Or name one in SWIFT_MPI_LAUNCHER, to try it all the same.
            """
        case .cannotExecute(let path, let reason):
            "\(path) cannot be executed: \(reason)"
        }
    }

    /// How to come by a launcher, for each distribution.
    static func installation(for library: String) -> String {
        MPIImplementation(library).make == .mpich
            ? """
            Install it: apt-get install mpich (Debian, Ubuntu), dnf install mpich and module load mpi/mpich (Fedora), \
            brew install mpich (macOS); on a cluster load its MPI module.
            """
            : """
            Install it: apt-get install openmpi-bin (Debian, Ubuntu), dnf install openmpi and module load mpi (Fedora), \
            zypper install openmpi4 (openSUSE), pacman -S openmpi (Arch), brew install open-mpi (macOS); on a cluster \
            load its MPI module.
            """
    }
}
