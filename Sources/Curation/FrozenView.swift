import CurationCore
import Foundation

/// A list of pictures that stays as it was when it was made.
struct FrozenView: Sendable {
    /// What was asked.
    let query: ViewQuery
    /// The committed version whose labels it shows; nil for those of now.
    let version: ContentDigest?
    /// Who alone may read it, where what is seen differs from person to person; nil for all.
    var owner: String?
    /// The pictures, in their order.
    let pictures: [Int32]
}

/// The views that were made last: in memory, and in the folder `views` of the data set, where they are found
/// again after a restart.
struct ViewShelf {
    private static let mostFiles = 64
    private static let mostPictures = 50_000_000
    private static let mostInMemory = 40_000_000

    private struct Head: Codable {
        let query: ViewQuery
        let version: ContentDigest?
        var owner: String?
        let count: Int
    }

    private let folder: URL
    private let files: DatasetFiles
    private var views: [String: FrozenView] = [:]
    // The last one was used last.
    private var order: [String] = []

    init(dataset: URL) {
        folder = dataset.appending(path: "views")
        files = DatasetFiles(folder: dataset)
    }

    /// The view of a name; nil when there is none any more, or none for who asks.
    mutating func view(_ name: String, for owner: String?) -> FrozenView? {
        guard name.count == 16, name.allSatisfy(\.isHexDigit) else { return nil }
        guard let view = views[name] ?? read(name), view.owner == owner else { return nil }
        keep(view, as: name)
        return view
    }

    /// Keeps a view; that it cannot be written does no harm until the server ends.
    mutating func add(_ view: FrozenView, as name: String) {
        keep(view, as: name)
        let head = Head(
            query: view.query,
            version: view.version,
            owner: view.owner,
            count: view.pictures.count
        )
        guard var bytes = try? Array(JSONEncoder().encode(head)) else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes += LittleEndian.bytes(of: view.pictures)
        try? files.write(bytes, to: path(name), synced: false)
        removeOldest()
    }

    private mutating func keep(_ view: FrozenView, as name: String) {
        views[name] = view
        order.removeAll { $0 == name }
        order.append(name)
        var held = order.reduce(0) { $0 + (views[$1]?.pictures.count ?? 0) }
        while held > Self.mostInMemory || order.count > Self.mostFiles, order.count > 1 {
            held -= views.removeValue(forKey: order.removeFirst())?.pictures.count ?? 0
        }
    }

    private func path(_ name: String) -> String { folder.appending(path: "\(name).view").path }

    private func read(_ name: String) -> FrozenView? {
        guard let bytes = try? Array(Data(contentsOf: URL(filePath: path(name)))),
            let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let head = try? JSONDecoder().decode(Head.self, from: Data(bytes[..<end])),
            bytes.count - end - 1 == head.count * 4
        else { return nil }
        return FrozenView(
            query: head.query,
            version: head.version,
            owner: head.owner,
            pictures: LittleEndian.integers(bytes[(end + 1)...])
        )
    }

    private func removeOldest() {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .fileSizeKey]
        let found = try? FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: Array(keys)
        )
        let kept = (found ?? []).map { file in
            let facts = try? file.resourceValues(forKeys: keys)
            return (file, facts?.contentModificationDate ?? .distantPast, facts?.fileSize ?? 0)
        }.sorted { $0.1 > $1.1 }
        var bytes = 0
        for (place, (file, _, size)) in kept.enumerated() {
            bytes += size
            if place >= Self.mostFiles || bytes > Self.mostPictures * 4 {
                try? FileManager.default.removeItem(at: file)
            }
        }
    }
}
