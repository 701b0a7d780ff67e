package import CurationCore
import GRDB

/// A number that every picture has, in the order of the columns.
package enum PictureNumber: String, Sendable, CaseIterable {
    case brightness, darkest, brightest, contrast, sharpness, entropy, colorfulness, saturation
    case grayness, border, jpegQuality, width, height, bytes

    /// The place among the columns.
    package var column: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What is known of the files of all pictures, as columns in memory: a row a picture, by id.
///
/// Pictures that were taken out of the data set have a row too; those that were forgotten have none.
package struct PictureFacts: Sendable {
    /// The pictures, in the order of the rows.
    package private(set) var ids: [UInt32] = []
    /// The numbers: of each column a value a row; NaN where there is none.
    package private(set) var numbers = PictureNumber.allCases.map { _ in [Float]() }
    /// The encodings, as places in `ImageFormat.allCases`.
    package private(set) var formats: [UInt8] = []
    /// Whether something is wrong with the pixels.
    package private(set) var isDamaged: [Bool] = []
    /// The folders, as places in `folderNames`.
    package private(set) var folders: [UInt32] = []
    /// The paths of the folders, with `/` at their ends.
    package private(set) var folderNames: [String] = []
    private var folderPlaces: [[UInt8]: UInt32] = [:]
    // The names of the files one after the other, ASCII letters small.
    private var names: [UInt8] = []
    private var nameStarts: [Int] = []
    private var nameEnds: [Int] = []
    private var places: [Int32] = []
    private var lastFolder: (path: [UInt8], place: UInt32) = ([], .max)

    /// Rows.
    package var count: Int { ids.count }

    /// The row of a picture; nil when there is none.
    package func row(of id: Sample.ID) -> Int? {
        guard id >= 0, id < places.count, places[Int(id)] >= 0 else { return nil }
        return Int(places[Int(id)])
    }

    /// The name of the file in a row, without its folder, ASCII letters small.
    package func name(_ row: Int) -> ArraySlice<UInt8> { names[nameStarts[row]..<nameEnds[row]] }

    /// Reads the pictures that came after the last row.
    ///
    /// - Returns: Whether each of them belongs to the data set now.
    mutating func readOn(in database: Database) throws -> [Bool] {
        let formats = Dictionary(
            uniqueKeysWithValues: ImageFormat.allCases.enumerated()
                .map { (Array($1.rawValue.utf8), UInt8($0)) }
        )
        let columns = PictureNumber.allCases.map(\.rawValue).joined(separator: ", ")
        let statement = try RawStatement(
            """
            SELECT id, path, format, damage IS NOT NULL, present, \(columns) FROM sample
            WHERE id > ? ORDER BY id
            """,
            in: database
        )
        statement.bind(Int64(ids.last ?? 0), at: 1)
        var isPresent: [Bool] = []
        while try statement.next() {
            let id = statement.integer(0)
            places += repeatElement(-1, count: Int(id) + 1 - places.count)
            places[Int(id)] = Int32(ids.count)
            ids.append(UInt32(clamping: id))
            nameStarts.append(0)
            nameEnds.append(0)
            folders.append(0)
            setPath(statement.bytes(1), row: ids.count - 1)
            self.formats.append(formats[statement.bytes(2)] ?? 0)
            isDamaged.append(statement.integer(3) == 1)
            isPresent.append(statement.integer(4) == 1)
            for column in numbers.indices {
                numbers[column].append(Float(statement.number(Int32(5 + column))))
            }
        }
        return isPresent
    }

    /// Takes over where a file lies now.
    mutating func setPath(_ path: [UInt8], row: Int) {
        let slash = UInt8(ascii: "/")
        let end = path.lastIndex(of: slash).map { $0 + 1 } ?? 0
        if lastFolder.place == .max || !path[..<end].elementsEqual(lastFolder.path) {
            let folder = Array(path[..<end])
            let place = folderPlaces[folder] ?? UInt32(folderNames.count)
            if folderPlaces.updateValue(place, forKey: folder) == nil {
                folderNames.append(String(decoding: folder, as: UTF8.self))
            }
            lastFolder = (folder, place)
        }
        folders[row] = lastFolder.place
        nameStarts[row] = names.count
        names += path[end...].lazy.map(\.loweredASCII)
        nameEnds[row] = names.count
    }
}

extension UInt8 {
    /// The small letter of a capital one.
    package var loweredASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
