import type { Words } from './words.ts'

export const chinese: Words = {
  subject: ({ site, raised, over, worst }) => {
    const parts = [
      raised > 0 ? `${raised} 条告警，最高${worst}` : '',
      over > 0 ? `${over} 条已恢复` : '',
    ]
    return `[${site}] ${parts.filter((part) => part !== '').join('；')}`
  },
  greeting: (site) => `变电站 ${site} 报告：`,
  test: (contact) =>
    `这是对联系人“${contact}”的测试。没有发生任何事件，只是有人想确认消息能否送达。`,
  raised: '告警',
  repeated: '仍然存在',
  over: '已恢复',
  cameAndWent: '出现后已恢复',
  since: '开始',
  until: '结束',
  where: '位置',
  members: (count, active) => `涉及 ${count} 个成员中的 ${active} 个`,
  whatToDo: '处理',
  more: '详见',
  withheld: '（按策略不予发送）',
  footer: '请在控制台确认告警，或执行：busbar alarm acknowledge 编号 --who 姓名',
  priorities: { low: '低', medium: '中', high: '高', critical: '紧急' },
  places: {
    site: '站点',
    voltageLevel: '电压等级',
    transformer: '变压器',
    feeder: '馈线',
    device: '装置',
  },
  events: {
    outage: { title: '停电', todo: '检查馈线的断路器和保护动作，然后派人到失去联系的区段。' },
    'voltage.interruption': {
      title: '电压中断',
      todo: '查看涉及哪些馈线：单只电表多为熔断器，多只则为馈线。',
    },
    'voltage.dip': {
      title: '电压暂降',
      todo: '查找当时的故障或大电机启动；如供电工业用户，询问哪些设备跳闸。',
    },
    'voltage.swell': {
      title: '电压暂升',
      todo: '查找接地故障或甩负荷；检查有载分接开关和电容器。',
    },
    'frequency.low': {
      title: '频率过低',
      todo: '与调度核对；若仅本站如此，本站可能已成孤岛。',
    },
    'frequency.high': {
      title: '频率过高',
      todo: '与调度核对；若仅本站如此，本站可能已成孤岛。',
    },
    'frequency.rocof': { title: '频率变化过快', todo: '查找当时的机组跳闸或电网解列。' },
    'frequency.unusable': {
      title: '频率无法判断',
      todo: '检查测频装置是否带电、是否同步。',
    },
    'transformer.hotspot': {
      title: '变压器热点温度过高',
      todo: '检查风机、油泵和油位，然后减负荷；允许负载见控制台。',
    },
    'transformer.top-oil': {
      title: '变压器顶层油温过高',
      todo: '检查风机、油泵和油位，然后减负荷；允许负载见控制台。',
    },
    'transformer.load': {
      title: '变压器过负荷',
      todo: '将负荷转移到其他变压器；该负载允许的时间见控制台。',
    },
    'transformer.oil-deviation': {
      title: '油温高于计算值',
      todo: '检查冷却器是否脏污、风机是否停转；冷却正常时检查传感器。',
    },
    'feeder.non-technical-loss': {
      title: '馈线电量异常损失',
      todo: '在控制台查看该馈线的嫌疑户，并安排现场检查计量点。',
    },
    'validation.gap': {
      title: '装置无数据',
      todo: '检查其电源和通信；装置缓存的数据之后会自动补传。',
    },
    'validation.clock': { title: '装置时钟错误', todo: '校正时钟，并查明失步原因。' },
    'validation.*': {
      title: '读数不合理',
      todo: '在控制台查看是哪个量；检查接线、互感器变比和传感器。',
    },
    'alarm.chattering': {
      title: '告警抖动',
      todo: '查看是哪条告警；为其规则设置返回延时，或修复其信号。',
    },
    'alarm.overflow': {
      title: '告警过多',
      todo: '确认已知的告警；在有空位之前不再保存其他告警。',
    },
  },
  anyEvent: '详情见控制台。',
}
