/// Makes paths absolute as the store keeps them: the folders without links, the last name as it is.
///
/// What is not there keeps its names. Folders that were met are remembered.
struct AbsolutePaths {
    private let base: [UInt8]
    private var folders: [[UInt8]: [UInt8]] = [:]

    /// Starts relative paths in the folder `base`, which is absolute.
    init(base: [UInt8] = PosixFiles.currentFolder) { self.base = base }

    /// The absolute path of what `path` means.
    mutating func path(_ path: [UInt8]) -> [UInt8] {
        let isAbsolute = path.first == SourcePath.slash
        let full = isAbsolute ? path : base + [SourcePath.slash] + path
        let (folder, name) = SourcePath.parts(of: full)
        guard Self.isName(name) else { return Self.resolved(full) }
        let above: [UInt8]
        if let known = folders[folder] {
            above = known
        } else {
            above = Self.resolved(folder)
            folders[folder] = above
        }
        return Self.join(above, name)
    }

    // Of what is not there, the part that is.
    private static func resolved(_ path: [UInt8]) -> [UInt8] {
        if let found = try? PosixFiles.resolved(path) { return found }
        var (place, isThere) = ([SourcePath.slash], true)
        for part in path.split(separator: SourcePath.slash) {
            if isName(part) {
                place = join(place, part)
                let found = isThere ? try? PosixFiles.resolved(place) : nil
                isThere = found != nil
                place = found ?? place
            } else if part.count == 2 {
                place = SourcePath.folder(of: place)
            }
        }
        return place
    }

    private static func isName(_ part: some Collection<UInt8>) -> Bool {
        !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
    }

    private static func join(_ folder: [UInt8], _ name: some Collection<UInt8>) -> [UInt8] {
        (folder == [SourcePath.slash] ? [] : folder) + [SourcePath.slash] + name
    }
}
