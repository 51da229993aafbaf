export type {
  DeviceOutline,
  FeederOutline,
  SiteInfo,
  TransformerOutline,
} from '../../src/api/ports.ts'
