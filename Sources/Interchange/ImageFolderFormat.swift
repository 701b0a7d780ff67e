/// A tree of images whose folders name the classes, as torchvision's `ImageFolder` reads it.
package enum ImageFolderFormat {
    // A tree that is split already has these folders above the classes.
    private static let splitNames: Set = [
        "train", "training", "val", "valid", "validation", "test",
    ]

    /// The class of each path, by the first folder below the root; below `train`, `val` and `test`
    /// where every image is in such a folder, by the folder in it.
    ///
    /// - Parameter paths: Paths relative to the root, with `/`.
    /// - Returns: One class a path; nil when the tree is no image folder, because an image lies in
    ///   no class folder or there are fewer than two classes.
    /// - Throws: `InterchangeError.badClassName` when a folder's name cannot name a class.
    package static func labels(for paths: [String]) throws(InterchangeError) -> [String]? {
        let parts = paths.map { $0.split(separator: "/").filter { $0 != "." } }
        let isSplit = parts.allSatisfy { $0.count > 1 && splitNames.contains(String($0[0])) }
        let depth = isSplit ? 1 : 0
        guard parts.allSatisfy({ $0.count > depth + 1 }) else { return nil }
        let labels = parts.map { String($0[depth]) }
        guard Set(labels).count >= 2 else { return nil }
        for (path, label) in zip(paths, labels) where !isClassName(label) {
            throw .badClassName(path: path)
        }
        return labels
    }

    private static func isClassName(_ name: String) -> Bool {
        name != ".." && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
