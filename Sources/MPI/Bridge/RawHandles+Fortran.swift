internal import CMPI

extension RawCommunicator {
    var fortranHandle: Int32 { cmpi_comm_c2f(handle) }

    init(fortranHandle: Int32) { self.init(cmpi_comm_f2c(fortranHandle)) }
}

extension RawDatatype {
    var fortranHandle: Int32 { cmpi_datatype_c2f(handle) }

    init(fortranHandle: Int32) { self.init(cmpi_datatype_f2c(fortranHandle)) }
}
