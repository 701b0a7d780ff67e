/// How a source is read.
public enum SourceFormat: String, Sendable, CaseIterable {
    /// By what the source is: see `SourceList`.
    case auto
    /// Pictures anywhere below a folder.
    case folder
    /// The first folder below the source names the class.
    case imagefolder
    /// A text with one path a line, or with a zero byte after each.
    case list
    /// COCO JSON.
    case coco
    /// The `data.yaml` of YOLO.
    case yolo
    /// Pascal VOC: one XML a picture.
    case voc
    /// LabelMe: one JSON a picture.
    case labelme
    /// Rows of CSV or TSV with a column of paths, or JSON Lines with such a member.
    case csv
    /// Numbered tars; files that differ in their ending are one sample.
    case webdataset
}
